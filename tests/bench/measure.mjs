// Runs the rounds and prints the tables; see tests/bench/run.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  cpuMicroseconds,
  freePort,
  memoryKib,
  pki,
  servers,
  sleep,
  start,
  startOrigin,
  stop,
  stopAll,
  withHeadersOfScript,
} from "./servers.mjs";

const options = readOptions({
  options: {
    starts: { type: "string", default: "4" },
    rounds: { type: "string", default: "4" },
    seconds: { type: "string", default: "0.5" },
    tests: { type: "string", default: "respond,forward,script-headers,handshake,resume,memory,start" },
    servers: { type: "string", default: Object.keys(servers).join(",") },
  },
});
const names = options.servers.split(",");
const starts = Number(options.starts);
const rounds = Number(options.rounds);

function readOptions(known) {
  const stop = (problem) => {
    console.error(`bench: error: ${problem}; --help shows the options`);
    process.exit(2);
  };
  try {
    const { values } = parseArgs(known);
    for (const name of ["starts", "rounds"])
      if (!/^[1-9]\d*$/.test(values[name])) stop(`--${name} takes a number from 1 on, not '${values[name]}'`);
    if (!(Number(values.seconds) > 0)) stop(`--seconds takes a number above 0, not '${values.seconds}'`);
    const server = values.servers.split(",").find((name) => !servers[name]);
    if (server !== undefined) stop(`there is no server '${server}'`);
    const tests = known.options.tests.default.split(",");
    const test = values.tests.split(",").find((name) => !tests.includes(name));
    if (test !== undefined) stop(`there is no test '${test}'`);
    return values;
  } catch (error) {
    return stop(error.message);
  }
}

const loads = {
  respond: { mode: "keepalive", path: "/respond", connections: 32, unit: "µs of server CPU per request" },
  forward: { mode: "keepalive", path: "/forward", connections: 32, unit: "µs of server CPU per forwarded request" },
  "script-headers": {
    mode: "keepalive",
    path: "/forward",
    connections: 32,
    unit: "µs of server CPU per forwarded request, the nine headers set by edge-run's script",
  },
  handshake: {
    mode: "handshake",
    path: "/respond",
    connections: 16,
    unit: "µs of server CPU per full handshake and request",
  },
  resume: {
    mode: "resume",
    path: "/respond",
    connections: 16,
    unit: "µs of server CPU per resumed handshake and request",
  },
};

function load(port, { mode, path, connections }, seconds) {
  const child = spawn(
    "taskset",
    [
      "-c",
      "1",
      process.env.BENCH_LOADGEN,
      mode,
      String(port),
      path,
      join(pki, "ca.pem"),
      join(pki, "client.pem"),
      join(pki, "client.key"),
      String(connections),
      String(seconds),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  let text = "";
  const line = new Promise((resolve, reject) => {
    child.stdout.on("data", (more) => {
      text += more;
      if (text.includes("\n")) resolve(JSON.parse(text));
    });
    child.on("exit", (code) => code !== 0 && reject(new Error(`the load generator ended with ${code}`)));
  });
  return { child, line };
}

const least = (numbers) => Math.min(...numbers);
const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

function table(title, rows, digits = 1) {
  console.log(`\n${title}\n`);
  const first = names[0];
  console.log(
    `| | median | least | ${names
      .slice(1)
      .map((name) => `${first} / ${name}`)
      .join(" | ")} |`,
  );
  console.log(
    `| --- | ---: | ---: | ${names
      .slice(1)
      .map(() => "---:")
      .join(" | ")} |`,
  );
  for (const name of names) {
    const ratios =
      name === first
        ? names
            .slice(1)
            .map((other) => median(rows[first].map((value, round) => value / rows[other][round])).toFixed(2))
        : names.slice(1).map(() => "");
    const cells = [name, median(rows[name]).toFixed(digits), least(rows[name]).toFixed(digits), ...ratios];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

// Two processes of one program differ by some percent, each for its whole life, by where their memory lies: so the
// servers of a test are started several times.
async function measureLoad(test, originPort, commands) {
  const rows = Object.fromEntries(names.map((name) => [name, []]));
  for (let begun = 0; begun < starts; begun++) {
    const up = [];
    for (const name of names) up.push(await start(name, originPort, commands));
    // Long enough for the scripts' hot functions to be compiled.
    for (const { port } of up) await load(port, loads[test], 2).line;
    for (let round = 0; round < rounds; round++)
      for (const server of up) rows[server.name].push(await measureWindow(test, server));
    for (const { pid } of up) stop(pid);
  }
  table(`### ${test}: ${loads[test].unit}`, rows);
}

async function measureWindow(test, { name, port, pid }) {
  const before = cpuMicroseconds(pid);
  const { requests, errors, refused, resumed } = await load(port, loads[test], Number(options.seconds)).line;
  const spent = cpuMicroseconds(pid) - before;
  if (errors || refused) throw new Error(`${name}, ${test}: ${errors} errors, ${refused} answers other than 200`);
  if (test === "resume" && resumed < requests * 0.9)
    console.log(`note: ${name} resumed ${resumed} of ${requests} sessions`);
  return spent / requests;
}

// Of servers that have done nothing else: memory that an earlier load left would serve the connections too. The first
// thousand pay for what is made once (the script's heap, remembered clients); what those behind them add is what a
// connection costs.
async function measureMemory(originPort, count = 1000, thousands = 4) {
  const rows = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) {
    const { port, pid } = await start(name, originPort);
    const open = [];
    let first = 0;
    for (let batch = 0; batch < thousands; batch++) {
      const { child, line } = load(port, { mode: "idle", path: "/respond", connections: count }, 60);
      await line;
      await sleep(500);
      open.push(child);
      if (batch === 0) first = memoryKib(pid);
    }
    rows[name].push((memoryKib(pid) - first) / (count * (thousands - 1)));
    for (const child of open) child.stdin.end();
    await sleep(300);
    stop(pid);
  }
  table(`### memory: KiB per idle connection, of ${count * (thousands - 1)} behind the first ${count}`, rows);
}

function firstAnswer(port, deadline) {
  const identity = {
    ca: readFileSync(join(pki, "ca.pem")),
    cert: readFileSync(join(pki, "client.pem")),
    key: readFileSync(join(pki, "client.key")),
  };
  return new Promise((resolve, reject) => {
    const attempt = () => {
      if (performance.now() > deadline) return reject(new Error("no answer"));
      request(
        { host: "127.0.0.1", port, path: "/respond", servername: "localhost", agent: false, ...identity },
        (answer) => {
          answer.resume();
          answer.statusCode === 200 ? resolve(performance.now()) : reject(new Error(`status ${answer.statusCode}`));
        },
      )
        .on("error", () => setTimeout(attempt, 1))
        .end();
    };
    attempt();
  });
}

async function measureStart(originPort) {
  const rows = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < starts * rounds; round++) {
    for (const name of names) {
      const port = await freePort();
      const command = servers[name](port, originPort);
      const begin = performance.now();
      const child = spawn(command[0], command.slice(1), { stdio: "ignore", detached: true });
      try {
        rows[name].push((await firstAnswer(port, begin + 10_000)) - begin);
      } finally {
        stop(child.pid);
        await sleep(50);
      }
    }
  }
  table("### start: ms from exec to the first 200", rows);
}

try {
  const originPort = await startOrigin();
  const tests = options.tests.split(",");
  for (const test of tests) {
    if (test === "script-headers") await measureLoad(test, originPort, { ...servers, ...withHeadersOfScript });
    else if (loads[test]) await measureLoad(test, originPort, servers);
    else if (test === "memory") await measureMemory(originPort);
    else await measureStart(originPort);
  }
} catch (error) {
  console.error(`bench: error: ${error.message}`);
  process.exitCode = 1;
} finally {
  stopAll();
}
