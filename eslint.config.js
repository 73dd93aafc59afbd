// Type-aware rules at their strictest, plus the house's own limits on size.

import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["build/", "coverage/", "node_modules/", "**/*.js", "**/*.cjs", "test/vectors/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: "error",
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 70 }],
      "no-console": "error",
      "no-duplicate-imports": "error",
    },
  },
  {
    files: ["src/{protocol,ports,http,flash,agent}/**/*.ts", "hosts/{esp32,xs/device}/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          // Primordials are frozen on the chip: assigning what a prototype of theirs has throws.
          selector:
            "ClassDeclaration[superClass.name='Error'] AssignmentExpression[left.object.type='ThisExpression'][left.property.name=/^(name|message|stack|constructor|toString)$/]",
          message: "Define it as a class field: the prototype's property is read-only on the chip.",
        },
      ],
    },
  },
  {
    files: ["template/test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        // node:test waits for them itself.
        { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: "test" }] },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "max-lines-per-function": "off", "max-lines": ["error", { max: 600 }] },
  },
);
