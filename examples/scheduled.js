// Counts its runs in KV, and tells the count to whoever asks.
//
//   edge-run examples/scheduled.js --kv STATE --cron '*/5 * * * *'
//   edge-run trigger examples/scheduled.js --kv STATE --cron '*/5 * * * *'
export default {
  async scheduled(controller, env) {
    const runs = Number(await env.STATE.get("runs")) + 1;
    await env.STATE.put("runs", String(runs), { metadata: { cron: controller.cron, time: controller.scheduledTime } });
  },
  async fetch(request, env) {
    const { value, metadata } = await env.STATE.getWithMetadata("runs");
    return Response.json({ runs: Number(value), last: metadata });
  },
};
