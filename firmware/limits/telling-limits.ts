// Limits of what the appliance tells others: log files, syslog, webhook, MQTT.

export const tellingLimits = {
  /** One log file, and how many older ones stay beside it. */
  logFileBytes: 2 * 1024 * 1024,
  logOlderFiles: 4,
  /** Lines that wait for the disk or the network; above it the newest are dropped and counted. */
  logWaitingCharacters: 256 * 1024,
  /** Lines that the API shows. */
  recentLines: 2_000,
  recentLineCharacters: 4_096,
  /** RFC 5424 6.1: receivers should take 2,048 octets; more is cut off. */
  syslogOctets: 2_048,
  connectMs: 10_000,
  retryFirstMs: 1_000,
  retryLastMs: 60_000,
  /** Notices that wait for the webhook; the oldest is dropped above it. */
  webhookWaiting: 200,
  webhookAttempts: 20,
  /** Held jobs that are looked at when it begins. */
  heldJobs: 1_000,
  webhookAnswerMs: 15_000,
  webhookAnswerBytes: 64 * 1024,
  /** Changes within it become one message. */
  settleMs: 500,
  mqttWaitingBytes: 1024 * 1024,
  /** Looked at again however quiet it is. */
  mqttRefreshMs: 60_000,
} as const;
