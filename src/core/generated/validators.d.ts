// Made by scripts/generate.ts from schemas/; change those and run `npm run generate`.
import type { ErrorObject } from "ajv";
import type { HelmRelease, Stack, ChartIndex, Lock, StackSync } from "./declaration-types.ts";

type Validator<T> = { (data: unknown): data is T; readonly errors?: readonly ErrorObject[] | null };

export const validateHelmRelease: Validator<HelmRelease>;
export const validateStack: Validator<Stack>;
export const validateChartIndex: Validator<ChartIndex>;
export const validateLock: Validator<Lock>;
export const validateStackSync: Validator<StackSync>;
