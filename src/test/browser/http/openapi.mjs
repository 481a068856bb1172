// The description of the HTTP API at a real server is an OpenAPI document, by the official schema.
//
//     node openapi.mjs <baseUrl>
//
// Prints PASSED, or says what is wrong and exits with 1.
import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";

const text = await (await fetch(new URL("api/openapi.json", process.argv[2]))).text();
const validator = new Validator();
const { valid, errors } = await validator.validate(JSON.parse(text));
assert.ok(valid, JSON.stringify(errors, null, 1));
assert.equal(validator.version, "3.1");

const described = JSON.parse(text);
delete described.paths["/api/events"].get.responses;
described.components.securitySchemes.token.in = "nowhere";
assert.equal((await new Validator().validate({ ...described, info: {} })).valid, false, "the validator looks");

console.log("PASSED");
