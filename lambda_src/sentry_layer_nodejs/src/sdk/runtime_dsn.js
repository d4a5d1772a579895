/** The DSN of a SecureString or a secret, read with the function's own rights by the AWS SDK of the runtime. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { isDsn } from "../start/settings.js";

const READ_TIMEOUT_MS = 3000;

/**
 * @throws what the AWS SDK throws, or an error that says why what was read is no DSN.
 */
export async function readDsn(settings) {
  const name = settings.dsnSsmParameter ?? settings.dsnSecret;
  const text = settings.dsnSsmParameter ? await readParameter(name) : await readSecret(name, settings.dsnSecretField);
  const dsn = String(text).trim();
  if (!isDsn(dsn)) throw new Error(`what ${name} holds is no DSN, expected https://KEY@HOST/PROJECT_ID`);
  return dsn;
}

async function readParameter(name) {
  const { SSMClient, GetParameterCommand } = requireAws("@aws-sdk/client-ssm");
  const answer = await ask(SSMClient, new GetParameterCommand({ Name: name, WithDecryption: true }), name);
  return answer.Parameter.Value;
}

async function readSecret(name, field) {
  const { SecretsManagerClient, GetSecretValueCommand } = requireAws("@aws-sdk/client-secrets-manager");
  const answer = await ask(SecretsManagerClient, new GetSecretValueCommand({ SecretId: name }), name);
  if (field === undefined) return answer.SecretString;
  let secret;
  try {
    secret = JSON.parse(answer.SecretString);
  } catch {
    secret = undefined;
  }
  if (typeof secret?.[field] !== "string") {
    throw new Error(`the secret ${name} is no JSON object with the key '${field}'`);
  }
  return secret[field];
}

async function ask(Client, command, name) {
  const region = name.startsWith("arn:") ? name.split(":")[3] : undefined;
  const client = new Client({ ...(region ? { region } : {}), maxAttempts: 2 });
  try {
    return await client.send(command, { abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  } finally {
    client.destroy();
  }
}

/** AWS's runtime carries its SDK; in a container image it is the function's own, if any. */
function requireAws(name) {
  const folders = [process.env.LAMBDA_TASK_ROOT ?? process.cwd(), __dirname, "/var/runtime"];
  for (const folder of folders) {
    const require = createRequire(join(folder, "index.js"));
    let path;
    try {
      path = require.resolve(name);
    } catch {
      continue;
    }
    return require(path);
  }
  throw new Error(`${name} is not there: AWS's runtimes from nodejs18.x on carry it, a container image must bring it`);
}
