// Which texts in configuration are addresses of Services of the cluster, and which only look like it.
import { describe, expect, it } from "vitest";
import { data, deployment, env, foretold, service } from "../../kit/rendered-stack.ts";

const needsPostgres = (container: string): readonly string[] =>
  foretold({ "data/postgres": service("postgres", [5432]), web: deployment("web", container) });

const places = [
  ["a full name", { DB: "postgres.data.svc.cluster.local" }],
  ["a full name with a final dot", { DB: "postgres.data.svc.cluster.local." }],
  ["a name up to svc", { DB: "postgres.data.svc:5432" }],
  ["a name with a namespace", { DB_HOST: "postgres.data" }],
  [
    "a URL with user and password",
    { DATABASE_URL: "postgres://shop:secret@postgres.data:5432/shop?sslmode=off" },
  ],
  ["a JDBC URL", { SPRING_DATASOURCE_URL: "jdbc:postgresql://postgres.data.svc:5432/shop" }],
  ["one host of a list", { PGHOSTS: "a.example.com:5432,postgres.data.svc:5432" }],
  ["a Go data source", { DSN: "host=postgres.data.svc port=5432 user=shop" }],
  ["a MySQL data source", { DSN: "user:pass@tcp(postgres.data:5432)/shop" }],
  ["a host with its port beside it", { DB_HOST: "postgres.data.svc", DB_PORT: "5432" }],
  ["a variable inside another one", { DB_NAME: "postgres.data", DB_URL: "pg://$(DB_NAME):5432/shop" }],
] as const;

describe("an address in configuration", () => {
  it.each(places)("means a Service when it is %s", (_, values) => {
    const [words, ...more] = needsPostgres(env(values));
    expect(words).toMatch(/^shop\/web uses postgres\.data.* but does not depend on data\/postgres$/);
    expect(more).toEqual([]);
  });

  it("is found in commands, arguments, scripts and probes", () => {
    for (const container of [
      `args: [--db-host=postgres.data]`,
      `args: [--db-host, postgres.data]`,
      `command: [wait-for-it, "postgres.data:5432"]`,
      `command: [sh, -c, "until nc -z postgres.data 5432; do sleep 1; done"]`,
      `command: [sh, -c, "until pg_isready -h postgres.data -p 5432; do sleep 1; done"]`,
      `command: [bash, -c, "while ! </dev/tcp/postgres.data/5432; do sleep 1; done"]`,
      `livenessProbe: { tcpSocket: { host: postgres.data, port: 5432 } }`,
    ])
      expect(needsPostgres(container), container).toHaveLength(1);
  });

  it("is found in files inside ConfigMaps and Secrets, whatever they are written in", () => {
    for (const [key, text] of Object.entries({
      "application.yaml": "spring:\n  datasource:\n    host: postgres.data\n    port: 5432\n",
      "application.properties": "db.host=postgres.data\ndb.port=5432\n",
      "config.json": '{"db":{"host":"postgres.data","port":5432}}',
      "app.ini": "[db]\nhost = postgres.data\nport = 5432\n",
      "app.toml": '[db]\nurl = "postgres://postgres.data:5432/x"\n',
      "nginx.conf": "upstream db {\n  server postgres.data:5432;\n}\n",
    }))
      for (const kind of ["ConfigMap", "Secret"] as const)
        expect(
          foretold({ "data/postgres": service("postgres", [5432]), web: data(kind, "web", { [key]: text }) }),
          `${kind} ${key}`,
        ).toEqual([
          expect.stringMatching(
            /^shop\/web uses postgres\.data.*\(.*\) but does not depend on data\/postgres$/,
          ),
        ]);
  });

  it("keeps user and password to itself", () => {
    const [words] = needsPostgres(
      env({ DATABASE_URL: "postgres://shop:hunter2@postgres.data:5432/shop?key=abc" }),
    );
    expect(words).toBe(
      "shop/web uses postgres.data:5432 (env DATABASE_URL, Deployment web) but does not depend on data/postgres",
    );
  });

  it("may be a lone word of the same namespace where a host stands", () => {
    const of = (values: Readonly<Record<string, string>>): readonly string[] =>
      foretold({ redis: service("redis", [6379]), web: deployment("web", env(values)) });
    for (const values of [
      { REDIS_HOST: "redis" },
      { REDIS_URL: "redis://redis:6379/0" },
      { REDIS_URL: "redis://:secret@redis" },
      { REDIS_ADDR: "redis:6379" },
      { redisHost: "redis", redisPort: "6379" },
      { CACHE: "redis:6379" },
    ])
      expect(of(values), JSON.stringify(values)).toHaveLength(1);
    for (const values of [
      { CACHE: "redis" },
      { CACHE_TYPE: "redis" },
      { SESSION_DRIVER: "redis" },
      { REDIS_IMAGE: "redis:6379" },
      { REDIS_VERSION: "redis:7" },
    ])
      expect(of(values), JSON.stringify(values)).toEqual([]);
  });

  it("of one pod of a headless Service is an address of the Service", () => {
    const kafka = service("kafka", [9092], ", clusterIP: None");
    const brokers = { KAFKA_BROKERS: "kafka-0.kafka.messaging.svc:9092,kafka-1.kafka.messaging.svc:9092" };
    expect(foretold({ "messaging/kafka": kafka, web: deployment("web", env(brokers)) })).toHaveLength(1);
    expect(
      foretold({ kafka, web: deployment("web", env({ KAFKA_BROKERS: "kafka-0.kafka:9092" })) }),
    ).toHaveLength(1);
  });

  it("is none in what only looks like it", () => {
    const noise = {
      IMAGE: "quay.io/data/postgres:16",
      SIDECAR_IMAGE: "postgres:16",
      SCHEDULE: "10:30",
      LOG_PATTERN: "%d{HH:mm:ss.SSS} [%thread] %-5level %logger{36}:%line - %msg%n",
      VERSION: "1.2.3-data",
      MAIL_FROM: "postgres@data.example",
      SUPPORT: "orders@shop",
      ADMIN: "admin@postgres.data",
      HOMEPAGE: "https://www.example.com/postgres.data",
      API_URL: "https://api.example.com:8443/v1",
      SENTRY_DSN: "https://abc@o12.ingest.sentry.io/12",
      BIND_ADDRESS: "0.0.0.0:8080",
      LISTEN: "web:8080",
      HOST: "web",
      TEMPLATE: "http://${HOST}:8080/{{ path }}",
      BUCKET: "s3://pictures/2024",
      CLASS: "com.shop.data",
      TOPIC: "orders.placed",
      LOCAL: "http://localhost:8080",
      IP: "http://10.0.0.1:9000",
      NO_PROXY: "localhost,127.0.0.1,.svc,.cluster.local,10.0.0.0/8",
      RATIO: "level:10000",
      CORS_ORIGINS: "http://nowhere:3000",
    };
    expect(needsPostgres(env(noise))).toEqual([]);
  });

  it("in a comment is none", () => {
    const text =
      "# url: http://elsewhere:9200\nkey: value\n; host = postgres.data\n// http://other.data:80\n";
    expect(
      foretold({ "data/postgres": service("postgres"), web: data("ConfigMap", "web", { "a.conf": text }) }),
    ).toEqual([]);
  });

  it("that no release brings is a finding where it can be nothing else", () => {
    for (const [values, name] of [
      [{ DB_URL: "postgres://u:p@db.shop.svc:5432/x" }, "shop/db"],
      [{ DB_HOST: "db" }, "shop/db"],
      [{ CACHE_URL: "redis://cache:6379" }, "shop/cache"],
      [{ API_URL: "http://api.data:8080" }, "data/api"],
    ] as const)
      expect(foretold({ "data/postgres": service("postgres"), web: deployment("web", env(values)) })).toEqual(
        [expect.stringContaining(`nothing provides Service ${name}, which shop/web needs`)],
      );
  });

  it("with a port that its Service does not have is a finding", () => {
    const of = (values: Readonly<Record<string, string>>): readonly string[] =>
      foretold({
        "data/postgres": service("postgres", [5432]),
        "web <- data/postgres": deployment("web", env(values)),
      });
    for (const values of [
      { DB_URL: "postgres://postgres.data:5433/x" },
      { DB_HOST: "postgres.data", DB_PORT: "5433" },
      { DB_URL: "http://postgres.data.svc/x" },
    ])
      expect(of(values), JSON.stringify(values)).toEqual([expect.stringMatching(/has no port (?:5433|80)$/)]);
    for (const values of [
      { DB_URL: "postgres://postgres.data/x" },
      { DB_HOST: "postgres.data", DB_PORT: "5432" },
      { DB_URL: "grpc://postgres.data" },
    ])
      expect(of(values), JSON.stringify(values)).toEqual([]);
  });

  it("is no host where a file uses the word for something else", () => {
    for (const text of ['{"kubernetes":{"host":"node","labels":{"app":"app"}}}', "labels:\n  host: node\n"])
      expect(foretold({ web: data("ConfigMap", "web", { "map.yaml": text }) })).toEqual([]);
  });

  it("may be the first part of one whose port stands elsewhere", () => {
    const text = "set $backend http://postgres.data.svc;\nproxy_pass $backend:5432$request_uri;\n";
    expect(
      foretold({
        "data/postgres": service("postgres", [5432]),
        "web <- data/postgres": data("ConfigMap", "web", { "nginx.conf": text }),
      }),
    ).toEqual([]);
  });

  it("takes the port that stands beside its own host in a file of many", () => {
    const text = "[db]\nhost = postgres\nport = 5432\n[cache]\nhost = redis\nport = 6379\n";
    expect(
      foretold({
        db: service("postgres", [5432]) + service("redis", [6379]),
        "web <- db": data("ConfigMap", "web", { "app.ini": text }),
      }),
    ).toEqual([]);
  });
});
