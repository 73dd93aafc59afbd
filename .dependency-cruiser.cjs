// Which folder may import which. The compiler refuses most wrong imports already (one project per
// folder; references are the only doors). This closes the leak of third-party typings, and says
// the rule in one table: ARCHITECTURE.md draws it.

/** Each zone, and the zones below it that it may import. A zone may always import itself. */
const mayImport = {
  "src/protocol": [],
  "src/ports": [],
  "src/http": ["src/protocol", "src/ports"],
  "src/flash": ["src/protocol", "src/ports"],
  "src/agent": ["src/protocol", "src/ports", "src/http", "src/flash"],
  "src/formats": ["src/protocol", "src/ports", "src/flash"],
  "src/factory": ["src/protocol", "src/ports", "src/flash", "src/formats"],
  "src/inspect": ["src/protocol", "src/ports", "src/flash", "src/formats"],
  "src/service": ["src/protocol"],
  "src/client": ["src/protocol"],
  "hosts/esp32": ["src/protocol", "src/ports", "src/http", "src/flash", "src/agent"],
  "hosts/device.ts": ["src/(protocol|ports|http|flash|agent)", "hosts/esp32"],
  "hosts/xs": ["src/(protocol|ports|http|flash|agent|formats)", "hosts/esp32"],
  "hosts/mcsim": ["src/(protocol|ports|flash|formats)", "hosts/(esp32|xs)"],
  "hosts/node": ["src/(protocol|ports|http|flash|agent|formats)"],
  "src/simulator": [
    "src/(protocol|ports|flash|agent|formats|factory|service|client)",
    "hosts/(xs|node)",
  ],
  "src/cli": [
    "src/(protocol|ports|flash|agent|formats|factory|inspect|service|client|simulator)",
    "hosts/node",
  ],
  template: [],
};

/** What runs on a chip, and what is held to the same rules. */
const device = "^src/(protocol|ports|http|flash|agent|formats)/";

const zones = Object.entries(mayImport).map(([zone, below]) => ({
  name: `arrows-of-${zone.replace(/[/.]/g, "-")}`,
  comment: `${zone} imports ${below.join(", ") || "nothing"} and itself.`,
  severity: "error",
  from: { path: `^${zone}(/|$)` },
  to: {
    path: "^(src|hosts|template|tools|test)/",
    pathNot: [zone, ...below].map((path) => `^${path}(/|$)`),
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      comment: "A cycle has no bottom to test first.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "device-code-knows-no-package",
      comment: "What runs on the chip gets the world as an argument: no Node, no npm package.",
      severity: "error",
      from: { path: device },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-peer", "unknown"] },
    },
    ...zones,
    {
      name: "boot-code-of-its-own",
      comment:
        "The boot loader that judges what the agent wrote must not be wrong together with it.",
      severity: "error",
      from: { path: "^src/formats/boot/" },
      to: { path: "^src/(flash|agent)/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(build|test/vectors)/" },
  },
};
