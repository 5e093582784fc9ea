// What a port shows of SNMP while nobody switched it on.

export const noSnmp = {
  snmpEnabled: false,
  snmpVersion: '2c',
  snmpUser: '',
  snmpAuthProtocol: 'sha256',
  snmpPrivProtocol: 'aes128',
  snmpPort: 161,
  snmpDeviceIndex: 1,
  snmpPollSeconds: 30,
} as const;
