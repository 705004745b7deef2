/** As a POSIX shell takes it for one word. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Lets the agent's group use the socket, until fail2ban starts anew. */
export function openSocketCommand(path: string, group: string): string {
  return `sudo chgrp ${quoted(group)} ${quoted(path)} && sudo chmod 0660 ${quoted(path)}`
}

/** fail2ban makes its socket anew at each start: its service has to do the same each time. */
export function keepSocketOpenCommands(path: string, group: string): string {
  const wait = `while [ ! -S ${quoted(path)} ]; do sleep 0.2; done`
  const open = `chgrp ${quoted(group)} ${quoted(path)}; chmod 0660 ${quoted(path)}`
  return [
    'sudo mkdir -p /etc/systemd/system/fail2ban.service.d',
    "sudo tee /etc/systemd/system/fail2ban.service.d/bangui.conf <<'END'",
    '[Service]',
    `ExecStartPost=/bin/sh -c "${wait}; ${open}"`,
    'END',
    'sudo systemctl daemon-reload',
  ].join('\n')
}
