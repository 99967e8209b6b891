/** Stands in for the application: serves 200 on its port, notes what it was given, and misbehaves as FAKE_APPLICATION says. */
import { appendFileSync, statSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const { PALATE_ROLE, PORT, METRICS_PORT, MONGODB_URI, PALATE_HOME, FAKE_APPLICATION = '' } = process.env;
/** Which life this is, as a file in the home remembers. */
const lives = () => {
  const file = path.join(PALATE_HOME, 'lives');
  appendFileSync(file, '.');
  return statSync(file).size;
};
const note = (what) => console.log(JSON.stringify(what));

note({ pid: process.pid, role: PALATE_ROLE, nice: os.getPriority(), env: process.env });
if (FAKE_APPLICATION === 'dies at start') {
  note({ msg: 'JWT_SECRET must be longer' });
  process.exit(3);
}

if (FAKE_APPLICATION === 'says why at start') {
  note({ msg: 'Worker state changed' });
  console.error('Port 8000 is taken by another program:\nstop that one.');
  process.exit(1);
}

const server = http.createServer((_, response) => {
  response.end('ok', () => {
    if (FAKE_APPLICATION === 'dies when ready' && PALATE_ROLE === 'all') {
      note({ msg: `the roof fell in, life ${lives()}` });
      process.exit(4);
    }
  });
});
server.listen(Number(PALATE_ROLE === 'trainer' ? METRICS_PORT : PORT), '127.0.0.1');

process.on('SIGTERM', () => {
  if (FAKE_APPLICATION === 'deaf') return note({ msg: 'heard SIGTERM' });
  const { hostname, port } = new URL(MONGODB_URI.replace('mongodb:', 'http:'));
  const database = net.connect(Number(port), hostname);
  const leave = (databaseWasThere) => {
    note({ msg: 'stopped', databaseWasThere });
    process.exit(0);
  };
  database.once('connect', () => leave(true)).once('error', () => leave(false));
});
