import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/core/generated/", "charts-index/", "examples/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", "scripts/bootstrap.mjs"] },
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: false },
      ],
      // Numbers in messages are the ordinary case here; objects are still refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `readonly X[]` of undefined-able index access is checked by noUncheckedIndexedAccess already.
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "Use a union of literals." },
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
        {
          selector: "NewExpression[callee.name='RegExp'] > :not(Literal)",
          message: "A pattern made from input can be made to backtrack for ever.",
        },
      ],
    },
  },
  {
    files: ["eslint.config.js", "scripts/bootstrap.mjs"],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, "no-restricted-syntax": "off" },
  },
  { files: ["**/*.config.ts"], rules: { "no-restricted-syntax": "off" } },
);
