/** Ends the engines of engines.setup.cjs. If the run is killed before it comes here, their mourner process ends them. */
module.exports = async () => {
  await globalThis.palateEngines?.stop();
};
