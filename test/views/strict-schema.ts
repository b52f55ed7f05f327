// Schemas of outputs let readers meet fields that a later version adds. The tests hold today's output to exactly what
// the schema names, so that no field goes out undocumented.
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

export function strictValidator(name: string): ValidateFunction {
  const text = readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), "utf8");
  const schema: unknown = JSON.parse(text, (_key, value: unknown) =>
    typeof value === "object" && value !== null && "properties" in value && "type" in value
      ? { ...value, additionalProperties: false }
      : value,
  );
  return new Ajv({ allErrors: true, formats: { "date-time": true } }).compile(schema as object);
}

/** The schema's complaints in words; empty where the document fits. */
export function complaints(validate: ValidateFunction, document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath} ${error.message ?? ""} ${JSON.stringify(error.params)}`,
  );
}
