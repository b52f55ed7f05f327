// Which parts of a JSON Schema hold schemas and which hold values, for whoever walks through one.

/** Keywords whose value is a map from names, which are no keywords, to schemas. */
export const mapsOfSchemas: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);

/** Keywords whose value is plain data: nothing in it is a keyword. */
export const plainKeywords: ReadonlySet<string> = new Set([
  "enum",
  "const",
  "default",
  "examples",
  "required",
  "dependentRequired",
]);
