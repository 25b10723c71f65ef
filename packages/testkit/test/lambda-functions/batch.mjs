// Takes messages of SQS; gives back, once, those whose body says so.
const seen = new Set();

export function handler({ Records }) {
  const failures = Records.filter(({ body, messageId }) => {
    const isFirst = !seen.has(messageId);
    seen.add(messageId);
    return body.startsWith('again') && isFirst;
  });
  for (const record of Records) console.log(JSON.stringify(record));
  const batchItemFailures = failures.map(({ messageId }) => ({ itemIdentifier: messageId }));
  return Promise.resolve({ batchItemFailures });
}
