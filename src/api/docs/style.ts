/** Style sheet of `/` and `/docs`; follows the reader's light or dark setting. */
export const styleSheet = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
h1 small { font-size: 1rem; font-weight: normal; opacity: .7; }
h2 { margin-top: 2.5rem; }
h4 { margin: 1rem 0 .25rem; }
a { color: #0a66c2; }
@media (prefers-color-scheme: dark) { a { color: #7ab8ff; } }
code, pre { font: .9em/1.4 ui-monospace, monospace; }
pre { background: var(--soft); padding: .6rem .8rem; overflow-x: auto; border-radius: .4rem; }
nav { line-height: 2; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; }
summary { cursor: pointer; padding: .4rem .7rem; }
summary span { opacity: .75; margin-left: .5rem; }
summary b { display: inline-block; min-width: 4.2rem; font: 700 .8em ui-monospace, monospace; }
.get { color: #1a7f37; } .post { color: #0a66c2; } .put, .patch { color: #9a6700; } .delete { color: #cf222e; }
details > div { padding: 0 .9rem .9rem; border-top: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid var(--line); padding: .25rem .5rem .25rem 0; vertical-align: top; }
td:first-child { width: 16rem; }
`;
