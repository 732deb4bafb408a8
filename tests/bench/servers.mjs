// Starts and stops the servers of the benchmark, and reads what they cost from /proc.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { BENCH_EDGE_RUN, BENCH_NGINX, BENCH_MODULES, BENCH_WORK } = process.env;
export const pki = join(BENCH_WORK, "pki");
const running = [];

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function launch(name, core, command, options = {}) {
  const log = join(BENCH_WORK, `${name}.log`);
  writeFileSync(log, "");
  const child = spawn("taskset", ["-c", String(core), ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    ...options,
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => writeFileSync(log, text, { flag: "a" }));
  running.push(child);
  return child;
}

export function stop(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    /* it has ended */
  }
}

export function stopAll() {
  for (const child of running.splice(0)) stop(child.pid);
}

async function untilOpen(port, name) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (open) return;
    await sleep(20);
  }
  throw new Error(`${name} does not listen: see ${join(BENCH_WORK, `${name}.log`)}`);
}

function nginxConf(folder, body) {
  mkdirSync(folder, { recursive: true });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(" ");
  const user = process.getuid() === 0 ? "user root;" : "";
  const { modules = "", http } = body;
  const conf = join(folder, "nginx.conf");
  writeFileSync(
    conf,
    `${modules} ${user} daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid ${folder}/pid;
error_log ${folder}/error.log error; events { worker_connections 16384; }
http { access_log off; ${temporary} keepalive_requests 1000000000; keepalive_timeout 600s; ${http} }`,
  );
  return [BENCH_NGINX, "-p", folder, "-c", conf, "-e", join(folder, "error.log")];
}

export async function startOrigin() {
  const port = await freePort();
  const folder = join(BENCH_WORK, "origin");
  launch(
    "origin",
    1,
    nginxConf(folder, {
      http: `server { listen 127.0.0.1:${port} backlog=4096; location / { return 200 ${"x".repeat(1024)}; } }`,
    }),
  );
  await untilOpen(port, "origin");
  return port;
}

// Header, nginx's variable, edge-run's field. What both write by themselves once the policy has said yes.
const forwarded = [
  ["Verified", "ssl_client_verify", "certVerified"],
  ["Issuer-DN", "ssl_client_i_dn", "certIssuerDN"],
  ["Subject-DN", "ssl_client_s_dn", "certSubjectDN"],
  ["Issuer-DN-Legacy", "ssl_client_i_dn_legacy", "certIssuerDNLegacy"],
  ["Subject-DN-Legacy", "ssl_client_s_dn_legacy", "certSubjectDNLegacy"],
  ["Serial", "ssl_client_serial", "certSerial"],
  ["Fingerprint-SHA1", "ssl_client_fingerprint", "certFingerprintSHA1"],
  ["Not-Before", "ssl_client_v_start", "certNotBefore"],
  ["Not-After", "ssl_client_v_end", "certNotAfter"],
];
const nginxHeaders = forwarded.map(([header, variable]) => `proxy_set_header X-Cert-${header} $${variable};`).join(" ");
const ownHeaders = forwarded.flatMap(([header, , field]) => ["--forward-header", `X-Cert-${header}=${field}`]);

function edgeRun(port, originPort, script, more = []) {
  return [
    BENCH_EDGE_RUN,
    join(here, script),
    "--listen",
    `127.0.0.1:${port}`,
    "--tls-cert",
    `${pki}/server.pem`,
    "--tls-key",
    `${pki}/server.key`,
    "--client-ca",
    `${pki}/ca.pem`,
    "--client-crl",
    `${pki}/crl.pem`,
    "--origin",
    `http://127.0.0.1:${originPort}`,
    "--workers",
    "1",
    "--access-log",
    "off",
    "--state-dir",
    join(BENCH_WORK, `state-${port}`),
    "--connections",
    "16384",
    "--connections-per-client",
    "16384",
    "--idle-timeout",
    "600s",
    ...more,
  ];
}

function nginxServer(port, originPort, locations) {
  return `upstream origin { server 127.0.0.1:${originPort}; keepalive 64; keepalive_requests 1000000000; }
server { listen 127.0.0.1:${port} ssl backlog=4096;
ssl_certificate ${pki}/server.pem; ssl_certificate_key ${pki}/server.key;
ssl_client_certificate ${pki}/ca.pem; ssl_crl ${pki}/crl.pem; ssl_verify_client optional; ssl_protocols TLSv1.2 TLSv1.3;
proxy_http_version 1.1; proxy_set_header Connection ""; error_page 495 496 = @denied;
location @denied { return 403 denied; } ${locations} }`;
}

const facts = JSON.stringify({
  verified: "$ssl_client_verify",
  issuer: "$ssl_client_i_dn",
  serial: "$ssl_client_serial",
  sha1: "$ssl_client_fingerprint",
  notBefore: "$ssl_client_v_start",
  notAfter: "$ssl_client_v_end",
});

/// name → how to start it on a port, with one worker.
export const servers = {
  "edge-run": (port, originPort) => edgeRun(port, originPort, "policy.js", ownHeaders),
  "nginx+njs": (port, originPort) =>
    nginxConf(join(BENCH_WORK, "njs"), {
      modules: `load_module ${BENCH_MODULES}/ngx_http_js_module.so;`,
      http:
        `js_path ${here}; js_import policy from policy.njs; ` +
        nginxServer(
          port,
          originPort,
          `location = /respond { js_content policy.respond; } location = /forward { js_content policy.forward; }
       location @origin { ${nginxHeaders} proxy_pass http://origin; }`,
        ),
    }),
  nginx: (port, originPort) =>
    nginxConf(join(BENCH_WORK, "nginx"), {
      http: nginxServer(
        port,
        originPort,
        `location = /respond { if ($ssl_client_verify != SUCCESS) { return 403 denied; } default_type application/json;
         return 200 '${facts}'; }
       location = /forward { if ($ssl_client_verify != SUCCESS) { return 403 denied; }
         ${nginxHeaders} proxy_pass http://origin; }`,
      ),
    }),
};

/// In the place of the server of that name, where the headers are to be a script's.
export const withHeadersOfScript = {
  "edge-run": (port, originPort) => edgeRun(port, originPort, "policy_headers.js"),
};

export async function start(name, originPort, commands = servers) {
  const port = await freePort();
  const child = launch(name, 0, commands[name](port, originPort));
  await untilOpen(port, name);
  await sleep(300);
  return { name, port, pid: child.pid };
}

function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean);
  return [pid, ...children.flatMap(family)];
}

/// CPU time of a server's processes so far, in microseconds.
export function cpuMicroseconds(pid) {
  let sum = 0;
  for (const id of family(pid)) {
    for (const task of readdirSync(`/proc/${id}/task`))
      sum += Number(readFileSync(`/proc/${id}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return sum / 1000;
}

/// Proportional memory of a server's processes, in KiB.
export function memoryKib(pid) {
  let sum = 0;
  for (const id of family(pid))
    sum += Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "utf8"))[1]);
  return sum;
}
