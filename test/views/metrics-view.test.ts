// The agent's metrics: names, labels and numbers as they are scraped, and that nothing of a stack outlives it.
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import type { Run } from "../../src/core/run/run.ts";
import { makeMetricsView, type MetricsView } from "../../src/views/metrics-view.ts";
import { hasPromtool, promtool } from "../kit/promtool.ts";
import { fleet } from "../kit/fleet.ts";
import { start } from "../kit/conversation.ts";
import { START_MS, everyEvent, failedRun, id } from "./hand-made-run.ts";

const build = { version: "0.1.0", node: "24.0.0", helm: "4.1.4" };

/** Series by their text before the value, of the metrics whose names begin so. */
async function scrape(view: MetricsView, beginning: string): Promise<Readonly<Record<string, number>>> {
  const { text } = await view.read();
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.startsWith(beginning))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

function present(series: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(series)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name} ${value}`);
}

/** Each event with the run after it, as the engine tells them. */
function showAll(view: MetricsView, stack: string, run: Run, events: readonly Event[]): void {
  const show = view.viewOf(stack);
  for (const event of events) show(event, run);
}

function shown(): MetricsView {
  const view = makeMetricsView(build);
  const { run, outcome } = failedRun();
  const all = everyEvent(outcome);
  const ends = all.filter(({ kind }) => kind === "run-finished");
  showAll(view, "shop", run, [...all.filter(({ kind }) => kind !== "run-finished"), ...ends]);
  return view;
}

describe("the metrics of a run", () => {
  it("show each release with what it is and how it stands", async () => {
    expect(present(await scrape(shown(), "headway_release_info"))).toEqual([
      'headway_release_info{namespace="shop",name="postgres",stack="shop",chart="postgres",version="1.4.0",wave="1",state="Ready"} 1',
      // It runs what it went back to.
      'headway_release_info{namespace="shop",name="orders",stack="shop",chart="orders",version="1.3.9",wave="2",state="RolledBack"} 1',
      'headway_release_info{namespace="shop",name="web",stack="shop",chart="web",version="1.4.0",wave="3",state="Blocked"} 1',
      'headway_release_info{namespace="shop",name="mail",stack="shop",chart="mail",version="1.4.0",wave="4",state="Blocked"} 1',
    ]);
  });

  it("count releases by state, and show states with none as 0", async () => {
    const series = await scrape(shown(), "headway_stack_releases");
    expect(present(series).toSorted()).toEqual([
      'headway_stack_releases{stack="shop",state="Blocked"} 2',
      'headway_stack_releases{stack="shop",state="Ready"} 1',
      'headway_stack_releases{stack="shop",state="RolledBack"} 1',
    ]);
    expect(series['headway_stack_releases{stack="shop",state="Degraded"}']).toBe(0);
  });

  it("show every release of a stack as Unknown that was not looked at for too long", async () => {
    const view = shown();
    view.setFresh("shop", false);
    expect(present(await scrape(view, "headway_stack_releases"))).toEqual([
      'headway_stack_releases{stack="shop",state="Unknown"} 4',
    ]);
    view.setFresh("shop", true);
    expect(present(await scrape(view, "headway_stack_releases")).toSorted()).toEqual([
      'headway_stack_releases{stack="shop",state="Blocked"} 2',
      'headway_stack_releases{stack="shop",state="Ready"} 1',
      'headway_stack_releases{stack="shop",state="RolledBack"} 1',
    ]);
  });

  it("are those of a conversation with the run machine: an upgrade, a failure, a rollback", async () => {
    const view = makeMetricsView(build);
    const show = view.viewOf("shop");
    const story = start(fleet("web <- db"))
      .when("helm started db", "helm finished db", "db healthy")
      .when("helm started web", "helm finished web", "web failing")
      .when("evidence of web", "failure of web recorded");
    let shownEvents = 0;
    const showRest = (): void => {
      const rest = story.allEvents().slice(shownEvents);
      shownEvents += rest.length;
      for (const event of rest) show(event, story.run());
    };
    showRest();
    const states = await scrape(view, "headway_stack_releases");
    expect(present(states).toSorted()).toEqual([
      'headway_stack_releases{stack="shop",state="Ready"} 1',
      'headway_stack_releases{stack="shop",state="Running"} 1',
    ]);
    story.when("helm finished web", "web healthy").ends(5, "rolled-back");
    showRest();
    expect(present(await scrape(view, "headway_release_operations_total")).toSorted()).toEqual([
      'headway_release_operations_total{action="rollback",result="succeeded"} 1',
      'headway_release_operations_total{action="upgrade",result="failed"} 1',
      'headway_release_operations_total{action="upgrade",result="succeeded"} 1',
    ]);
    expect(present(await scrape(view, "headway_run_duration_seconds_count"))).toEqual([
      'headway_run_duration_seconds_count{stack="shop",result="rolled-back"} 1',
    ]);
  });

  it("time runs by how they ended, and phases by what was done", async () => {
    const view = shown();
    expect(await scrape(view, "headway_run_duration_seconds_count")).toEqual({
      'headway_run_duration_seconds_count{stack="shop",result="rolled-back"}': 1,
    });
    const { run, outcome } = failedRun();
    const timed = new Map(
      [...run.steps].map(([release, entry]) => [
        release,
        { ...entry, clock: { sinceMs: 0, spent: { helm: 1_500 } } },
      ]),
    );
    showAll(view, "shop", { ...run, steps: timed }, [
      { kind: "run-finished", atMs: START_MS, run: "r8", outcome, durationMs: 90_000 },
    ]);
    expect(await scrape(view, "headway_operation_phase_duration_seconds_sum")).toEqual({
      'headway_operation_phase_duration_seconds_sum{action="install",phase="helm"}': 4.5,
      'headway_operation_phase_duration_seconds_sum{action="upgrade",phase="helm"}': 1.5,
    });
  });

  it("tell how long a recovery took, where a run began with nothing and ended with everything", async () => {
    const view = makeMetricsView(build);
    const { run, outcome } = failedRun();
    const begun = (kind: "install" | "upgrade"): Event => ({
      kind: "run-started",
      atMs: START_MS,
      run: "r7",
      stack: "shop",
      waves: 1,
      actions: { [kind]: 1 },
      releases: [
        {
          release: id("orders"),
          wave: 1,
          action: kind,
          reason: kind === "install" ? { kind: "not-installed" } : { kind: "options-changed" },
          after: [],
        },
      ],
    });
    const ended = (kind: "done" | "failed", durationMs: number): Event => ({
      kind: "run-finished",
      atMs: START_MS,
      run: "r7",
      outcome: { ...outcome, kind },
      durationMs,
    });
    showAll(view, "shop", run, [
      begun("install"),
      ended("failed", 5_000),
      begun("upgrade"),
      ended("done", 7_000),
    ]);
    expect(await scrape(view, "headway_stack_recovery_seconds{")).toEqual({});
    showAll(view, "shop", run, [begun("install"), ended("done", 42_000)]);
    expect(await scrape(view, "headway_stack_recovery_seconds{")).toEqual({
      'headway_stack_recovery_seconds{stack="shop"}': 42,
    });
  });
});

describe("the metrics of the agent", () => {
  it("say what the agent says of itself", async () => {
    const view = makeMetricsView(build);
    expect(await scrape(view, "headway_git_last_success")).toEqual({});
    view.setLeader(true);
    view.setHelmVersion("4.3.1");
    view.setHelmProcesses(3);
    view.setGitSuccess("shop", 2_000_000);
    view.setGitSuccess("data", 1_000_000);
    view.countWebhook("github", "accepted");
    view.countNotification("slack", "failed");
    expect(present(await scrape(view, "headway_"))).toEqual([
      'headway_build_info{version="0.1.0",node="24.0.0",helm="4.3.1"} 1',
      "headway_leader 1",
      "headway_helm_processes 3",
      'headway_webhook_requests_total{provider="github",result="accepted"} 1',
      'headway_notifications_total{provider="slack",result="failed"} 1',
      "headway_git_last_success_timestamp_seconds 1000",
    ]);
    view.setGitSuccess("data", undefined);
    expect(await scrape(view, "headway_git_last_success")).toEqual({
      headway_git_last_success_timestamp_seconds: 2_000,
    });
  });

  it("hold nothing of a stack that went away", async () => {
    const view = shown();
    view.setGitSuccess("shop", 1_000_000);
    view.setRecovery("shop", 9);
    expect((await view.read()).text).toContain('"shop"');
    view.forget("shop");
    expect((await view.read()).text).not.toContain('"shop"');
    expect(await scrape(view, "headway_git_last_success")).toEqual({});
  });

  it("bring those of the process and of Node, and share nothing with another agent's", async () => {
    const one = makeMetricsView(build);
    const other = makeMetricsView(build);
    one.setLeader(true);
    const { text, contentType } = await other.read();
    expect(text).toContain("\nheadway_leader 0\n");
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_heap_size_used_bytes \d+$/m);
    expect(contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it.skipIf(!hasPromtool)(
    "are what promtool finds nothing wrong with, but for names that Node's own defaults have",
    async () => {
      const view = shown();
      view.setRecovery("shop", 42);
      view.countWebhook("github", "accepted");
      view.setGitSuccess("shop", 1_000_000);
      const { words } = promtool(["check", "metrics"], (await view.read()).text);
      const own = words.split("\n").filter((line) => line !== "" && !line.startsWith("nodejs_active_"));
      expect(own).toEqual([]);
      const broken = promtool(["check", "metrics"], "# TYPE headway_x counter\nheadway_x 1\n");
      expect(broken.exitCode).not.toBe(0);
    },
  );
});
