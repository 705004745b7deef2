import { dirname } from 'node:path'
import { fixLines, type Catalogue } from './catalogue-entry.ts'
import { shellWord } from './plain-text.ts'

const SOCKET = '/run/fail2ban/fail2ban.sock'

/** The way to share a folder with a container, as a line of compose.yml. */
const volume = (folder: string): string => `  - ${folder}:${folder}`

/** What is between BanGUI and fail2ban. */
export const FAIL2BAN: Catalogue<
  | 'socket-missing'
  | 'socket-stale'
  | 'socket-forbidden'
  | 'socket-file'
  | 'folder-dead'
  | 'not-answering'
  | 'connection-lost'
  | 'protocol-error'
  | 'outdated'
  | 'agent-missing'
> = {
  'socket-missing': {
    title: 'There is no socket of fail2ban',
    found: ({ detail }) => detail,
    why: 'fail2ban does not run, or its socket is elsewhere. In a container the folder of the socket has to be shared with it; and systemd removes that folder each time fail2ban stops, unless its unit says otherwise.',
    lines: ({ path }) => [
      '# Does it run, and where is its socket?',
      'systemctl start fail2ban',
      'grep -r ^socket /etc/fail2ban/',
      '# Another path:',
      'FAIL2BAN_SOCKET=/the/path/fail2ban.sock',
      '# In a container: volumes of compose.yml, the folder and not the file,',
      volume(dirname(path)),
      '# and in /etc/systemd/system/fail2ban.service.d/bangui.conf of the host (then: systemctl daemon-reload)',
      '[Service]',
      'RuntimeDirectoryPreserve=yes',
    ],
    example: {
      finding: { cause: 'socket-missing', path: SOCKET, detail: `There is no socket at ${SOCKET}.` },
    },
  },
  'socket-stale': {
    title: 'Nobody listens on the socket of fail2ban',
    found: ({ detail }) => detail,
    why: 'fail2ban has ended without cleaning up, most often in a crash, and has left its socket behind. Nobody is banned until it runs again.',
    lines: () => ['systemctl restart fail2ban', '# Why it ended:', 'journalctl -u fail2ban -e'],
    example: {
      finding: { cause: 'socket-stale', path: SOCKET, detail: `Nobody listens on the socket ${SOCKET}.` },
    },
  },
  'socket-forbidden': {
    title: 'BanGUI may not use the socket of fail2ban',
    found: ({ detail }) => detail,
    why: 'fail2ban makes its socket for root alone, anew at each start, so a change by hand does not last. Whoever may write to this socket is root: give it to the agent of BanGUI and to nobody else.',
    lines: ({ path, group, blockedBy }) => [
      '# Run BanGUI, or its agent alone, as root; or, as root, until fail2ban starts anew:',
      ...(blockedBy === undefined
        ? []
        : [`chgrp ${shellWord(group)} ${shellWord(blockedBy)} && chmod 710 ${shellWord(blockedBy)}`]),
      `chgrp ${shellWord(group)} ${shellWord(path)} && chmod 660 ${shellWord(path)}`,
      '# and for good: docs/systemd/fail2ban.service.d/bangui.conf of BanGUI, which does this at each start:',
      'install -D -m 644 bangui.conf /etc/systemd/system/fail2ban.service.d/bangui.conf',
      'systemctl daemon-reload && systemctl restart fail2ban',
    ],
    example: {
      finding: {
        cause: 'socket-forbidden',
        path: SOCKET,
        group: 'bangui',
        detail: `${SOCKET} is of root:root with mode 0700, and BanGUI runs as bangui:bangui.`,
      },
    },
  },
  'socket-file': {
    title: 'The socket’s file is mounted instead of its folder',
    found: ({ isDead }) =>
      isDead
        ? 'The file of the socket is mounted into this container, and nobody listens on it any more.'
        : 'The file of the socket is mounted into this container. It works until fail2ban starts anew.',
    why: 'fail2ban makes a new socket at each start. A mounted file stays the old one, so that BanGUI never sees the new one; a mounted folder shows it.',
    lines: () => [
      '# volumes of compose.yml: not',
      '#  - /run/fail2ban/fail2ban.sock:/run/fail2ban/fail2ban.sock',
      '# but',
      volume('/run/fail2ban'),
      '# then: docker compose up -d --force-recreate',
    ],
    example: { finding: { cause: 'socket-file', isDead: true } },
  },
  'folder-dead': {
    title: 'The mounted folder of the socket was removed',
    found: ({ folder }) =>
      `${folder} is mounted into this container, and was removed and made anew where it comes from: here it is the old one.`,
    why: 'systemd removes /run/fail2ban when fail2ban stops, and makes another folder of that name when it starts. A container that has the old one mounted sees nothing of the new one.',
    lines: () => [
      '# /etc/systemd/system/fail2ban.service.d/bangui.conf of the host',
      '[Service]',
      'RuntimeDirectoryPreserve=yes',
      '# then',
      'systemctl daemon-reload && systemctl restart fail2ban',
      'docker compose up -d --force-recreate',
    ],
    example: { finding: { cause: 'folder-dead', folder: '/run/fail2ban' } },
  },
  'not-answering': {
    title: 'fail2ban does not answer',
    found: ({ detail }) => detail,
    why: 'fail2ban serves one request at a time: a slow action, a look-up in DNS or a big clean-up of its database holds up everybody else. It may go on banning meanwhile.',
    lines: () => ['# Its log tells what it is doing; if it does not recover:', 'systemctl restart fail2ban'],
    example: {
      finding: {
        cause: 'not-answering',
        path: SOCKET,
        detail: 'fail2ban did not answer within 5 seconds.',
      },
    },
  },
  'connection-lost': {
    title: 'fail2ban closed the connection',
    found: ({ detail }) => detail,
    why: 'It is just stopping or starting, or it ended. BanGUI connects again by itself.',
    lines: () => ['systemctl status fail2ban'],
    example: {
      finding: {
        cause: 'connection-lost',
        path: SOCKET,
        detail: 'fail2ban closed the connection before it answered.',
      },
    },
  },
  'protocol-error': {
    title: 'What listens on the socket is not fail2ban',
    found: ({ detail }) => detail,
    why: 'The path is that of another program’s socket, or fail2ban is older than 0.10.',
    lines: () => ['FAIL2BAN_SOCKET=/var/run/fail2ban/fail2ban.sock', 'fail2ban-client version'],
    example: {
      finding: {
        cause: 'protocol-error',
        path: SOCKET,
        detail: `What listens on ${SOCKET} does not answer as fail2ban does.`,
      },
    },
  },
  outdated: {
    title: 'fail2ban is old',
    found: ({ version, least }) => `It is fail2ban ${version}; BanGUI wants ${least} or newer.`,
    why: 'Before that, fail2ban records neither how long nor how often somebody was banned.',
    lines: () => ['apt-get install --only-upgrade fail2ban'],
    example: { finding: { cause: 'outdated', version: '0.10.6', least: '0.11' } },
  },
  'agent-missing': {
    title: 'No agent tells of this fail2ban',
    found: ({ since }) => `No process of BanGUI with the role agent has told of it since ${since}.`,
    why: 'A process without the role agent has no way to fail2ban: it shows what an agent beside it reports. That one does not run, cannot reach the same Redis, or has another BANGUI_HOST.',
    lines: (_, fix) => [
      '# Beside fail2ban, with the same Redis:',
      ...fixLines(fix),
      'BANGUI_HOST=local',
      'bangui start',
      '# and what the agent itself finds:',
      'bangui doctor',
    ],
    example: {
      finding: { cause: 'agent-missing', since: '2027-01-31T12:00:00.000Z' },
      fix: { kind: 'setting', name: 'BANGUI_ROLES', value: 'agent' },
    },
  },
}
