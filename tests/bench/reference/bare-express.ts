import express from 'express'

/** The least an Express program can do: answer one JSON object. The body comes from the candidate, so both send the same. */
const body: unknown = JSON.parse(process.env['BODY'] ?? '{}')
const app = express()
app.get('/', (_req, res) => {
  res.json(body)
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`listening ${typeof address === 'object' && address ? address.port : ''}`)
})
process.once('SIGTERM', () => process.exit(0))
