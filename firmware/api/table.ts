// The API's table: every row, made of the files beside it.
import { noQuery, type Route, streamRoute } from './route.ts';
import { openApiDocument } from './openapi.ts';
import { viewers } from './rights.ts';
import { deviceRoutes } from './routes/device-routes.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { backupRoutes } from './routes/backup-routes.ts';
import { boxRoutes } from './routes/box-routes.ts';
import { certificateRoutes } from './routes/certificate-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { groupRoutes } from './routes/group-routes.ts';
import { heldJobRoutes } from './routes/held-job-routes.ts';
import { jobRoutes } from './routes/job-routes.ts';
import { networkRoutes } from './routes/network-routes.ts';
import { paperRoutes } from './routes/paper-routes.ts';
import { pairRoutes } from './routes/pair-routes.ts';
import { portRoutes } from './routes/port-routes.ts';
import { queueFileRoutes } from './routes/queue-file-routes.ts';
import { printerRoutes } from './routes/printer-routes.ts';
import { settingRoutes } from './routes/setting-routes.ts';
import { snmpRoutes } from './routes/snmp-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { supportRoutes } from './routes/support-routes.ts';
import { systemRoutes } from './routes/system-routes.ts';
import { userRoutes } from './routes/user-routes.ts';

const describing: Route = streamRoute({
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description',
  tag: 'system',
  who: viewers,
  query: noQuery,
  contentType: 'application/json',
  run: async ({ services }) => ({
    kind: 'json',
    status: 200,
    value: openApiDocument(apiRoutes, services.appliance.version),
  }),
});

export const apiRoutes: readonly Route[] = [
  ...systemRoutes,
  ...sessionRoutes,
  ...userRoutes,
  ...auditRoutes,
  ...printerRoutes,
  ...queueFileRoutes,
  ...paperRoutes,
  ...portRoutes,
  ...deviceRoutes,
  ...jobRoutes,
  ...pairRoutes,
  ...groupRoutes,
  ...heldJobRoutes,
  ...eventRoutes,
  ...certificateRoutes,
  ...backupRoutes,
  ...supportRoutes,
  ...settingRoutes,
  ...networkRoutes,
  ...boxRoutes,
  ...snmpRoutes,
  describing,
];
