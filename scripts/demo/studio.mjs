/** The steps about the studio: two tables are uploaded, a recommender is trained, judged, served, trained again and rolled back. */
import { setTimeout as delay } from 'node:timers/promises';
import { makeTables } from './tables.mjs';

const lookEveryMs = 300;
/** So long a training may stand still before it is taken for one that nobody works on. */
const standsStillMs = 1000 * (Number(process.env.DEMO_TRAINER_WAIT_S) || 30);
const barWidth = 20;
/** A line of the bar for so many more percent. */
const stepPercent = 10;
const shownRows = 3;

/** `call`, `title` and `say` of the demo. */
export async function showStudio({ call, title, say }, token) {
  const tables = makeTables();
  const { counts } = tables;

  title('Two tables, of dishes and of who liked which, become a recommender');
  const { body: project } = await call('POST', '/create-project/', { token, form: formOf(tables) });
  const at = `/project/${project.id}`;
  const ask = async (method, path, more) => (await call(method, at + path, { token, ...more })).body;
  say(`${counts.dishes} dishes, ${counts.guests} guests, ${counts.likes} likes: project ${project.id} (${project.model_type}) is ${project.status}`); // prettier-ignore
  try {
    title('Its training, as it goes on');
    if (!(await watch(ask, say))) return;
    const { status, algorithm, quality, message } = await ask('GET', '/status');
    if (status !== 'ready') return say(`it is ${status}: ${message}`);
    say(`${status}: ${algorithm}, ${quality}`);

    title('How the candidates were judged, by likes that they had not seen');
    showEvaluation(await ask('GET', '/evaluation'), say);

    title('Recommendations, with reasons');
    for (const query of [{ user_id: 'guest-0' }, { item_title: tables.aDish }, { user_id: 'a-stranger' }]) {
      const search = new URLSearchParams({ ...query, n: String(shownRows) });
      showList(query, await ask('GET', `/recommendations?${search}`), say);
    }

    title('It is trained again by another seed, and goes on serving meanwhile');
    await ask('POST', '/train', { json: { seed: 8, trials: 3 } });
    if (!(await watch(ask, say))) return;
    let versions = await ask('GET', '/versions');
    showVersions(versions, say);

    title('Rollback: what was served before is served again');
    const [newest] = versions;
    if (!newest.served) {
      say(`the training kept version ${versions.find(({ served }) => served)?.version}; version ${newest.version} is promoted by hand first`); // prettier-ignore
      await ask('POST', `/versions/${newest.version}/promote`);
    }
    await ask('POST', '/rollback');
    versions = await ask('GET', '/versions');
    showVersions(versions, say);
  } finally {
    title('The project is deleted, with its files and models');
    say((await ask('DELETE', '')).message);
    const left = (await call('GET', '/projects/', { token })).body;
    say(`projects of this account: ${left.length}`);
  }
}

function formOf({ dishes, likes }) {
  const form = new FormData();
  form.append('project_name', 'Dishes of the demo');
  form.append('content_file', new Blob([dishes], { type: 'text/csv' }), 'dishes.csv');
  form.append(
    'content_schema_json',
    JSON.stringify({ item_id: 'dish_id', item_title: 'Dish name', feature_cols: ['kitchen', 'flavour'] }),
  );
  form.append('interaction_file', new Blob([likes], { type: 'text/csv' }), 'likes.csv');
  form.append('interaction_schema_json', JSON.stringify({ user_id: 'guest', item_id: 'dish', rating: 'stars' }));
  return form;
}

/** Until no training is under way; false where none of its progress was seen for a while, and it said so. */
async function watch(ask, say) {
  let drawn = { phase: null, percent: -Infinity };
  for (let seen = null, changedMs = Date.now(); ; await delay(lookEveryMs)) {
    const { state, phase, percent, eta_s: etaS, queue_position: place } = await ask('GET', '/progress');
    if (state === 'idle') {
      say(`${bar(100)} 100 %`);
      return true;
    }
    const now = JSON.stringify([state, phase, percent, place]);
    if (now !== seen) [seen, changedMs] = [now, Date.now()];
    if (Date.now() - changedMs > standsStillMs) {
      say(
        place === undefined
          ? `not shown further: nobody has gone on with it for ${standsStillMs / 1000} s. A trainer does that: npm start runs one; by hand it is PALATE_ROLE=trainer node dist/main.js`
          : `not shown further: it has been in line for ${standsStillMs / 1000} s, at place ${place}, as other trainings are under way.`,
      );
      return false;
    }
    if (phase !== null && (phase !== drawn.phase || percent >= drawn.percent + stepPercent)) {
      const left = etaS === null ? '' : `, ${Math.ceil(etaS)} s to go`;
      say(`${bar(percent)} ${String(Math.floor(percent)).padStart(3)} % ${phase}${left}`);
      drawn = { phase, percent };
    }
  }
}

function bar(percent) {
  const full = Math.round((barWidth * Math.min(100, percent)) / 100);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}

function showEvaluation({ protocol, users, candidates, champion, reason }, say) {
  const shown = (value) => (value === null ? '-' : value.toFixed(3));
  const range = (ci) => (ci === null ? '' : ` (${shown(ci.low)}–${shown(ci.high)})`);
  const rows = candidates.map(({ name, algorithm, metrics }) => [
    `${name === champion ? '*' : ' '} ${name}`,
    algorithm,
    shown(metrics.ndcg_at_10) + range(metrics.ci.ndcg_at_10),
    shown(metrics.recall_at_10),
    shown(metrics.hit_rate_at_10),
    shown(metrics.coverage),
  ]);
  showTable([['  candidate', 'algorithm', 'nDCG@10 (95 %)', 'recall@10', 'hit rate', 'coverage'], ...rows], say);
  say(`${users} users${protocol === null ? '' : `: ${protocol}`}`);
  say(`* is served: ${reason}`);
}

function showTable(rows, say) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) say(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()); // prettier-ignore
}

function showList(query, { recommendations, notes, version }, say) {
  say(`${Object.entries(query).map(([key, value]) => `${key}=${value}`).join(', ')} (version ${version})`); // prettier-ignore
  for (const { title, kitchen, reason } of recommendations)
    say(`  ${title} (${kitchen})${reason === null ? '' : `: ${reason}`}`);
  for (const note of notes) say(`  note: ${note}`);
}

function showVersions(versions, say) {
  for (const { version, algorithm, served, previous, promoted_by: by, metrics } of versions) {
    const place = served ? 'served' : previous ? 'a rollback would serve it' : by === null ? 'never served' : 'kept';
    const ndcg = metrics?.ndcg_at_10 ?? metrics?.ndcg ?? null;
    say(`version ${version}: ${algorithm}${ndcg === null ? '' : `, nDCG@10 ${ndcg.toFixed(3)}`}, ${place}`);
  }
}
