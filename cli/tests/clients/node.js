// Sends calls with the published client for Node; says what the client reports as failed.
//
// Takes one argument, JSON: `host`, `key`, and `calls`, each a list of a method and its arguments.

const { Analytics } = require('@segment/analytics-node')

setTimeout(() => process.exit(3), 90_000).unref()
const asked = JSON.parse(process.argv[2])
const failed = []
const analytics = new Analytics({ writeKey: asked.key, host: asked.host, path: '/v1/batch', maxRetries: 4 })
analytics.on('error', (error) => {
  const status = /^\[(\d+)\]/.exec(error.reason?.message ?? '')
  failed.push({ status: status && Number(status[1]), calls: 1 })
})
for (const [method, call] of asked.calls) {
  analytics[method](call.timestamp ? { ...call, timestamp: new Date(call.timestamp) } : call)
}
analytics.closeAndFlush({ timeout: 80_000 }).then(() => console.log(JSON.stringify(failed)))
