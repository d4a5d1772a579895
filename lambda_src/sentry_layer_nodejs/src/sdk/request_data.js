/** Who called and with what. Sent only where SENTRY_SEND_DEFAULT_PII says so. */

/** Adds the HTTP request and the user of an API Gateway, function URL or load balancer event, where it is one. */
export function addRequestData(event, awsEvent, context) {
  const source = Array.isArray(awsEvent) ? awsEvent[0] : awsEvent;
  if (source === null || typeof source !== "object") return;
  const { headers, requestContext = {} } = source;
  const request = {
    method: source.httpMethod ?? requestContext?.http?.method,
    url: urlOf(source.path ?? source.rawPath, headers, context),
    query_string: source.queryStringParameters ?? source.rawQueryString,
    headers: headers ?? undefined,
    data: source.body ?? undefined,
  };
  event.request = { ...withoutNothing(request), ...event.request };
  const user = withoutNothing({
    id: requestContext?.identity?.userArn ?? requestContext?.authorizer?.iam?.userArn,
    ip_address: requestContext?.identity?.sourceIp ?? requestContext?.http?.sourceIp,
  });
  if (Object.keys(user).length > 0) event.user = { ...user, ...event.user };
}

function urlOf(path, headers, context) {
  const lower = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const { host, "x-forwarded-proto": scheme } = lower;
  return host && scheme && path ? `${scheme}://${host}${path}` : `awslambda:///${context.functionName}`;
}

function withoutNothing(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
