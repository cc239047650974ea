// `node health-check.mjs URL`: ends with 0 where the URL answers 200 within two seconds, else with 1. For the
// HEALTHCHECK of a container, whose image has no curl.

const answer = await fetch(process.argv[2], { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
process.exitCode = answer?.status === 200 ? 0 : 1;
