// The image's own tests, apart from `npm test`: they need root, buildah and debootstrap, and make a base image first.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/image/**/*.check.ts"],
    globalSetup: ["test/kit/global-setup.ts"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
