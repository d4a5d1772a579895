// The recommended rules, for the JavaScript that runs in AWS Lambda, in its tests and in the benchmarks.
import js from "@eslint/js";
import globals from "globals";

const NODE = { ...globals.node, awslambda: "readonly" };

export default [
  {
    ignores: [
      "**/node_modules/",
      ".*/",
      "build/",
      "cdk.out*/",
      "tests/runtime_nodejs/functions/broken/",
      "tests/runtime_nodejs/functions/bundled/index.js",
    ],
  },
  js.configs.recommended,
  // A leading underscore says that a parameter is there for its place alone.
  { rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrors: "none" }] } },
  { files: ["**/*.mjs"], languageOptions: { sourceType: "module", globals: NODE } },
  { files: ["**/*.cjs"], languageOptions: { sourceType: "commonjs", globals: NODE } },
  { files: ["**/*.js"], languageOptions: { sourceType: "commonjs", globals: NODE } },
  {
    files: ["lambda_src/sentry_layer_nodejs/src/**/*.js", "tests/runtime_nodejs/functions/typed/*.js"],
    languageOptions: { sourceType: "module", globals: NODE },
  },
];
