// An index as large as real ones are.

/** An index like those of large repositories, at least so many bytes long; `more` are further entries, as text. */
export function largeIndex(bytes: number, more = ""): Buffer {
  const parts = ["apiVersion: v1\nentries:\n"];
  let length = 0;
  for (let chart = 0; length < bytes; chart++) {
    const name = `chart-${chart}`;
    let text = `  ${name}:\n`;
    for (let minor = 0; minor < 150; minor++)
      text += `  - annotations:
      category: Infrastructure
      images: |
        - name: app
          image: registry.example/app:2.${minor}.0-r1
        - name: exporter
          image: registry.example/exporter:0.${minor}.0-r1
      licenses: Apache-2.0
    apiVersion: v2
    appVersion: 2.${minor}.0
    created: "2026-01-01T00:00:00.000000000Z"
    dependencies:
    - condition: redis.enabled
      name: redis
      repository: oci://registry.example/charts
      version: 21.x.x
    - name: common
      repository: oci://registry.example/charts
      tags:
      - common
      version: 2.x.x
    description: ${name} is a chart whose description goes on for about as long as those of real charts
      do, over two lines.
    digest: ${(chart * 1000 + minor).toString(16).padStart(64, "0")}
    home: https://charts.example
    keywords:
    - one
    - two
    maintainers:
    - name: Somebody
      url: https://charts.example
    name: ${name}
    sources:
    - https://git.example/charts/${name}
    urls:
    - https://charts.example/${name}-1.${minor}.0.tgz
    version: 1.${minor}.0
`;
    parts.push(text);
    length += text.length;
  }
  return Buffer.from(`${parts.join("")}${more}generated: "2026-01-01T00:00:00Z"\n`);
}
