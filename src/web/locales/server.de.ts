import type { ServerWords } from '../api/server-words.ts'

/**
 * By the sentence of the server, with names for its values; what is said within a value comes without a full stop. A test finds
 * sentences that are missing here and entries that nobody says any more.
 */
export const words: ServerWords = {
  'fail2ban took the command, but does not list it in {jail}.':
    'fail2ban hat den Befehl angenommen, führt sie in {jail} aber nicht auf.',
  'fail2ban still lists it in {jail}.': 'fail2ban führt sie in {jail} noch auf.',
  'fail2ban took the commands, but still lists all bans of {jail}.':
    'fail2ban hat die Befehle angenommen, führt aber noch alle Sperren von {jail} auf.',
  'fail2ban keeps no database (dbfile = None), so reasons and counts of bans are not known.':
    'fail2ban führt keine Datenbank (dbfile = None), deshalb sind Gründe und Anzahl der Sperren nicht bekannt.',
  'Set dbfile in fail2ban.local to have them.': 'Um sie zu haben, dbfile in fail2ban.local setzen.',
  'Bans are shown without their reasons until it can be read.':
    'Sperren erscheinen ohne ihre Gründe, bis sie gelesen werden kann.',
  'Too many commands are waiting for fail2ban.': 'Zu viele Befehle warten auf fail2ban.',
  'Nothing was changed.': 'Nichts wurde geändert.',
  'The agent does not know this command.': 'Der Agent kennt diesen Befehl nicht.',
  'It was carried out in part.': 'Ausgeführt wurde er nur zum Teil.',
  'The agent that took this command was replaced meanwhile.':
    'Der Agent, der diesen Befehl angenommen hat, wurde inzwischen abgelöst.',
  'Look at the bans, and try again.': 'Die Sperren ansehen und erneut versuchen.',
  'fail2ban runs no jail called {jail}.': 'In fail2ban läuft kein Jail namens {jail}.',
  'Whether the command took effect is not known.': 'Ob der Befehl gewirkt hat, ist nicht bekannt.',
  'Try again once fail2ban answers.': 'Erneut versuchen, sobald fail2ban antwortet.',
  'Correct the configuration files of fail2ban and try again.':
    'Die Konfigurationsdateien von fail2ban berichtigen und erneut versuchen.',
  'The agent failed; its log says why.': 'Der Agent ist gescheitert; in seinem Log steht, warum.',
  'The configuration files could not be read.': 'Die Konfigurationsdateien konnten nicht gelesen werden.',
  'Start it with: systemctl start fail2ban.': 'Starten mit: systemctl start fail2ban.',
  'If it runs, it uses another socket: set FAIL2BAN_SOCKET to its path (grep -r ^socket /etc/fail2ban/fail2ban.*), and in a container share the folder of the socket, not the socket itself.':
    'Läuft es schon, benutzt es einen anderen Socket: FAIL2BAN_SOCKET auf dessen Pfad setzen (grep -r ^socket /etc/fail2ban/fail2ban.*) und in einem Container den Ordner des Sockets freigeben, nicht den Socket selbst.',
  'fail2ban has crashed and left its socket behind.':
    'fail2ban ist abgestürzt und hat seinen Socket zurückgelassen.',
  'Start it with: systemctl restart fail2ban.': 'Starten mit: systemctl restart fail2ban.',
  'Why it ended may be in: journalctl -u fail2ban.':
    'Warum es geendet hat, steht vielleicht in: journalctl -u fail2ban.',
  'Run the agent as root, or let its group use the socket: chgrp bangui {path} && chmod 660 {socket}.':
    'Den Agenten als root ausführen oder seine Gruppe den Socket benutzen lassen: chgrp bangui {path} && chmod 660 {socket}.',
  'fail2ban makes the socket anew at each start, so put that into ExecStartPost of its unit.':
    'fail2ban legt den Socket bei jedem Start neu an, deshalb gehört das in ExecStartPost seiner Unit.',
  'Whoever may write to this socket is root.': 'Wer in diesen Socket schreiben darf, ist root.',
  'fail2ban is busy or hangs, most often in a slow action: its log tells.':
    'fail2ban ist beschäftigt oder hängt, meist in einer langsamen Action: In seinem Log steht es.',
  'If it does not recover, restart it with: systemctl restart fail2ban.':
    'Wenn es sich nicht erholt, neu starten mit: systemctl restart fail2ban.',
  'BanGUI connects again by itself.': 'BanGUI verbindet sich von selbst wieder.',
  'If this lasts, look whether fail2ban runs: systemctl status fail2ban.':
    'Hält es an, nachsehen, ob fail2ban läuft: systemctl status fail2ban.',
  'Check that {path} is the socket of a fail2ban-server of version 0.10 or later; FAIL2BAN_SOCKET sets the path.':
    'Prüfen, ob {path} der Socket eines fail2ban-servers ab Version 0.10 ist; FAIL2BAN_SOCKET setzt den Pfad.',
  'Wait a few seconds.': 'Einige Sekunden warten.',
  'fail2ban did not confirm it.': 'fail2ban hat es nicht bestätigt.',
  'fail2ban does not list it in {jail}.': 'fail2ban führt sie in {jail} nicht auf.',
  'The jail {jail} runs already.': 'Das Jail {jail} läuft schon.',
  'The jail {jail} is stopped now, since it could not be started again: {reason}':
    'Das Jail {jail} ist jetzt gestoppt, weil es sich nicht wieder starten ließ: {reason}',
  'fail2ban took {wanted}, but the jail {jail} has {now} now.':
    'fail2ban hat {wanted} angenommen, aber das Jail {jail} hat jetzt {now}.',
  'Look at its settings, and try again.': 'Seine Einstellungen ansehen und erneut versuchen.',
  'There is no {path}: the console is at {base}.': '{path} gibt es nicht: Die Konsole ist unter {base}.',
  'The configuration of the jail “{jail}” does not work: {reason}':
    'Die Konfiguration des Jails „{jail}“ funktioniert nicht: {reason}',
  'The configuration of the jail “{jail}” could not be tried out: {reason}':
    'Die Konfiguration des Jails „{jail}“ konnte nicht ausprobiert werden: {reason}',
  'The configuration of the jail “{jail}” {fault}.': 'Die Konfiguration des Jails „{jail}“ {fault}.',
  'contains something that does not belong to it': 'enthält etwas, das nicht dazugehört',
  'does not begin by adding the jail once': 'beginnt nicht damit, das Jail einmal anzulegen',
  'does not end by starting the jail': 'endet nicht damit, das Jail zu starten',
  'fail2ban is stopping.': 'fail2ban wird gerade beendet.',
  'The request cannot be sent: {reason}.': 'Die Anfrage kann nicht gesendet werden: {reason}.',
  'The request contains the text that ends fail2ban’s messages.':
    'Die Anfrage enthält den Text, mit dem Nachrichten von fail2ban enden.',
  'BanGUI has closed its connection to fail2ban.': 'BanGUI hat seine Verbindung zu fail2ban geschlossen.',
  'fail2ban’s database {path} was replaced by another file.':
    'Die Datenbank {path} von fail2ban wurde durch eine andere Datei ersetzt.',
  'fail2ban’s database {path} has schema version {found}; BanGUI reads version {known}, which fail2ban 0.11 and later write.':
    'Die Datenbank {path} von fail2ban hat die Schemaversion {found}; BanGUI liest Version {known}, die fail2ban ab 0.11 schreibt.',
  'fail2ban’s database {path} {fault}.': 'Die Datenbank {path} von fail2ban {fault}.',
  'is busy: fail2ban is writing to it': 'ist beschäftigt: fail2ban schreibt gerade hinein',
  'does not exist': 'ist nicht vorhanden',
  'may not be read by BanGUI': 'darf von BanGUI nicht gelesen werden',
  'is not an SQLite file': 'ist keine SQLite-Datei',
  'cannot be read: {reason}': 'kann nicht gelesen werden: {reason}',
  'fail2ban closed the connection before it answered.':
    'fail2ban hat die Verbindung geschlossen, bevor es geantwortet hat.',
  'There is no socket at {path}.': 'Unter {path} gibt es keinen Socket.',
  'Nobody listens on the socket {path}.': 'Auf dem Socket {path} lauscht niemand.',
  'BanGUI may not write to the socket {path}.': 'BanGUI darf nicht in den Socket {path} schreiben.',
  'The connection to fail2ban broke: {reason}.': 'Die Verbindung zu fail2ban ist abgerissen: {reason}.',
  'What listens on {path} does not answer as fail2ban does: {what}.':
    'Was auf {path} lauscht, antwortet nicht wie fail2ban: {what}.',
  'fail2ban did not answer within {seconds} seconds.':
    'fail2ban hat nicht binnen {seconds} Sekunden geantwortet.',
  '“{name}” is not the name of a jail.': '„{name}“ ist nicht der Name eines Jails.',
  'fail2ban-client refuses the configuration of the jail “{jail}”: {complaint}.':
    'fail2ban-client lehnt die Konfiguration des Jails „{jail}“ ab: {complaint}.',
  'it sent nothing': 'es hat nichts gesendet',
  'it did not finish in time': 'es wurde nicht rechtzeitig fertig',
  'it gave no reason': 'es hat keinen Grund genannt',
  'fail2ban-client sent no list of commands.': 'fail2ban-client hat keine Liste von Befehlen gesendet.',
  'The jail “{jail}” is not enabled in fail2ban’s configuration.':
    'Das Jail „{jail}“ ist in der Konfiguration von fail2ban nicht eingeschaltet.',
  'fail2ban-client sent a value that is neither text nor number nor list.':
    'fail2ban-client hat einen Wert gesendet, der weder Text noch Zahl noch Liste ist.',
  'fail2ban-client and fail2ban-server are not installed next to the agent, so it cannot read jails from fail2ban’s configuration.':
    'fail2ban-client und fail2ban-server sind neben dem Agenten nicht installiert, deshalb kann er keine Jails aus der Konfiguration von fail2ban lesen.',
  'fail2ban answered: {answer}': 'fail2ban hat geantwortet: {answer}',
  'fail2ban refused: {answer}': 'fail2ban hat abgelehnt: {answer}',
  'fail2ban has no jail called “{jail}”.': 'fail2ban hat kein Jail namens „{jail}“.',
  'The fail2ban-server that tries out configurations {fault}.':
    'Der fail2ban-server, der Konfigurationen ausprobiert, {fault}.',
  'ended before it was asked anything': 'endete, bevor er etwas gefragt wurde',
  'The jail “{jail}” is gone with this, and its bans are lifted: correct its configuration, then start it.':
    'Das Jail „{jail}“ ist damit weg, und seine Sperren sind aufgehoben: die Konfiguration berichtigen, dann das Jail starten.',
  'The reload failed.': 'Das Neuladen ist fehlgeschlagen.',
  'The jail “{jail}” runs already.': 'Das Jail „{jail}“ läuft schon.',
  'fail2ban cannot be asked about a jail called “{jail}”.':
    'fail2ban kann nicht nach einem Jail namens „{jail}“ gefragt werden.',
  'An address is not in fail2ban’s own spelling.':
    'Eine Adresse ist nicht geschrieben, wie fail2ban sie schreibt.',
  'An entry is not spelled as fail2ban lists it.':
    'Ein Eintrag ist nicht geschrieben, wie fail2ban ihn aufführt.',
  'A setting must be a whole number of 1 or more.': 'Eine Einstellung muss eine ganze Zahl ab 1 sein.',
  'You have no such session (any more).': 'Diese Sitzung haben Sie nicht (mehr).',
  'This is not your current password.': 'Das ist nicht Ihr jetziges Passwort.',
  'This is your current password already.': 'Das ist schon Ihr jetziges Passwort.',
  'Your account was changed at the same time, and the password stayed as it was.':
    'Ihr Konto wurde gleichzeitig geändert, und das Passwort ist geblieben, wie es war.',
  'User name or password is wrong.': 'Benutzername oder Passwort ist falsch.',
  'The password is too short.': 'Das Passwort ist zu kurz.',
  'The password is too long.': 'Das Passwort ist zu lang.',
  'The password is the user name.': 'Das Passwort ist der Benutzername.',
  'Choose one that cannot be guessed from it.': 'Eines wählen, das sich daraus nicht erraten lässt.',
  'The password is the setup token, which is in the log.':
    'Das Passwort ist das Einrichtungs-Token, das im Log steht.',
  'Choose another one.': 'Ein anderes wählen.',
  'The password is one of those that are tried first.':
    'Das Passwort gehört zu denen, die zuerst ausprobiert werden.',
  'Choose one that is your own.': 'Ein eigenes wählen.',
  'The password repeats a few characters.': 'Das Passwort wiederholt wenige Zeichen.',
  'Choose one with more in it.': 'Eines mit mehr Abwechslung wählen.',
  'More people are signing in at this moment than the console can check.':
    'Zurzeit melden sich mehr Leute an, als die Konsole prüfen kann.',
  'The setup of this console is finished.': 'Die Einrichtung dieser Konsole ist abgeschlossen.',
  'Change on the pages of the console what is to be different.':
    'Was anders sein soll, auf den Seiten der Konsole ändern.',
  'The setup token does not match the one this console expects.':
    'Das Einrichtungs-Token ist nicht das, das diese Konsole erwartet.',
  'Too many attempts to set up the console.': 'Zu viele Versuche, die Konsole einzurichten.',
  'The first administrator of this console exists already.':
    'Den ersten Administrator dieser Konsole gibt es schon.',
  'Too many sign-ins have failed.': 'Zu viele Anmeldungen sind fehlgeschlagen.',
  'You cannot disable yourself.': 'Sich selbst kann man nicht deaktivieren.',
  'Your own password is not reset.': 'Das eigene Passwort wird nicht zurückgesetzt.',
  'Change it instead, which asks for the current one.':
    'Stattdessen ändern; dafür wird das jetzige gebraucht.',
  'You cannot delete yourself.': 'Sich selbst kann man nicht löschen.',
  'This is the last administrator who can sign in.':
    'Das ist der letzte Administrator, der sich anmelden kann.',
  'There is no such user (any more).': 'Diesen Benutzer gibt es nicht (mehr).',
  'Load the list of users again.': 'Die Liste der Benutzer neu laden.',
  'There is a user called {username} already: capitals make no difference.':
    'Einen Benutzer namens {username} gibt es schon: Groß- und Kleinschreibung zählt nicht.',
  'This is not a cursor of this list.': 'Das ist kein Cursor dieser Liste.',
  'The cursor belongs to another sort: begin again without it.':
    'Der Cursor gehört zu einer anderen Reihenfolge: ohne ihn neu beginnen.',
  'This version knows no countries: leave it out.': 'Diese Version kennt keine Länder: weglassen.',
  '{entry} is not banned in {jail}.': '{entry} ist in {jail} nicht gesperrt.',
  'Give a cursor or an offset, not both.': 'Einen Cursor oder einen Versatz angeben, nicht beides.',
  'The agent did not say what became of it.': 'Der Agent hat nicht gesagt, was daraus geworden ist.',
  '{entry} is {what}: banning it could lock you out.':
    '{entry} ist {what}: Die Sperre könnte Sie aussperren.',
  'your own address': 'Ihre eigene Adresse',
  'a network that holds your own address, {own}': 'ein Netz, in dem Ihre eigene Adresse liegt, {own}',
  'Nothing was banned.': 'Nichts wurde gesperrt.',
  'Leave it out.': 'Die Adresse weglassen.',
  'An administrator who means it can repeat the request with "force": true.':
    'Wer Administrator ist und es wirklich will, kann die Anfrage mit "force": true wiederholen.',
  'Not done on {hosts}: fail2ban is away there.': 'Auf {hosts} nicht erledigt: fail2ban ist dort weg.',
  'There is no such order to unban, or it was long ago.':
    'Diesen Auftrag zum Entsperren gibt es nicht, oder er ist lange her.',
  '{total} bans match now, but {expected} were confirmed.':
    'Jetzt passen {total} Sperren, bestätigt wurden {expected}.',
  'Nothing was unbanned.': 'Nichts wurde entsperrt.',
  'There is no job called {name}.': 'Es gibt keine Aufgabe namens {name}.',
  'GET /api/v1/cluster lists the jobs.': 'GET /api/v1/cluster führt die Aufgaben auf.',
  'Too many live streams are open already.': 'Es sind schon zu viele Live-Verbindungen offen.',
  'Close some of the console’s windows and try again.':
    'Einige Fenster der Konsole schließen und erneut versuchen.',
  'More happened than can be sent again.': 'Es ist mehr geschehen, als nachgesendet werden kann.',
  'Fetch what is shown anew.': 'Das Gezeigte neu laden.',
  'This process is stopping and begins no new stream.':
    'Dieser Prozess wird beendet und beginnt keine neue Live-Verbindung.',
  'This process is stopping.': 'Dieser Prozess wird beendet.',
  'No jail runs there, so there is no list to put it on.':
    'Dort läuft kein Jail, also gibt es keine Liste dafür.',
  'Name a setting.': 'Eine Einstellung nennen.',
  '{ip} is not on the ignore list of {jail}.': '{ip} steht nicht auf der Ausnahmeliste von {jail}.',
  '{done} {were} changed, but {failed} was not: {reason}': '{done} geändert, {failed} aber nicht: {reason}',
  'The process that ran it died or stood still.': 'Der ausführende Prozess ist gestorben oder stand still.',
  'The environment of BanGUI fixes this with {variables}, so nothing was changed.':
    'Die Umgebung von BanGUI legt das mit {variables} fest, deshalb wurde nichts geändert.',
  'is fixed by {variable}': 'ist durch {variable} festgelegt',
  'The agent answered something else.': 'Der Agent hat etwas anderes geantwortet.',
  'The API has no {operation} {path}.': 'Die API kennt kein {operation} {path}.',
  'GET /api/openapi.json describes every operation.': 'GET /api/openapi.json beschreibt alle Operationen.',
  'Correct what `errors` names and send it again.': 'Berichtigen, was beanstandet ist, und erneut absenden.',
  'Send valid JSON.': 'Gültiges JSON senden.',
  'Send less at a time: a body has at most 1 MB.': 'Weniger auf einmal senden: höchstens 1 MB.',
  'Send the body with Content-Type: application/json, uncompressed.':
    'Den Inhalt mit Content-Type: application/json senden, unkomprimiert.',
  'Sign in and try again.': 'Anmelden und erneut versuchen.',
  'Check user name and password and try again.': 'Benutzernamen und Passwort prüfen und erneut versuchen.',
  'Ask an administrator for the role that this needs.': 'Einen Administrator um die nötige Rolle bitten.',
  'Use the console at its own address.': 'Die Konsole unter ihrer eigenen Adresse benutzen.',
  'Behind a proxy, set PUBLIC_URL to the address in the browser.':
    'Hinter einem Proxy PUBLIC_URL auf die Adresse im Browser setzen.',
  'GET /api/v1/hosts lists the hosts.': 'GET /api/v1/hosts führt die Hosts auf.',
  'GET /api/v1/hosts/{host}/jails lists the jails.': 'GET /api/v1/hosts/{host}/jails führt die Jails auf.',
  'Sign in instead.': 'Stattdessen anmelden.',
  'Create the first administrator with the setup token from the server’s log.':
    'Den ersten Administrator mit dem Einrichtungs-Token aus dem Log des Servers anlegen.',
  'Copy the token from the server’s log, or set BANGUI_SETUP_TOKEN and start again.':
    'Das Token aus dem Log des Servers kopieren oder BANGUI_SETUP_TOKEN setzen und neu starten.',
  'Choose another name.': 'Einen anderen Namen wählen.',
  'Give another user the role admin, or enable one who has it, and try again.':
    'Einem anderen Benutzer die Rolle Administrator geben oder einen aktivieren, der sie hat, und erneut versuchen.',
  'Ask another administrator.': 'Einen anderen Administrator bitten.',
  'Load it again and repeat the change if it is still wanted.':
    'Neu laden und die Änderung wiederholen, wenn sie noch gewünscht ist.',
  'Change or remove the environment variable and start BanGUI again.':
    'Die Umgebungsvariable ändern oder entfernen und BanGUI neu starten.',
  'Wait as long as Retry-After says.': 'Kurz warten, dann erneut versuchen.',
  'Try again in a few seconds.': 'In einigen Sekunden erneut versuchen.',
  'Try again: another process, or this one restarted, will answer.':
    'Erneut versuchen: Ein anderer Prozess oder dieser nach einem Neustart wird antworten.',
  'GET /api/v1/hosts says why and what to do.': 'Unter „Zustand“ steht, warum und was zu tun ist.',
  'Look whether the command took effect before repeating it.':
    'Vor dem Wiederholen nachsehen, ob der Befehl gewirkt hat.',
  'The server’s log has the details under the request id in `instance`.':
    'Das Log des Servers hat die Einzelheiten unter der Kennung der Anfrage.',
  'There is no problem called {code}.': 'Es gibt kein Problem namens {code}.',
  'The body is larger than 1 MB.': 'Der Inhalt ist größer als 1 MB.',
  'The body is compressed or in an encoding other than UTF-8.':
    'Der Inhalt ist komprimiert oder nicht in UTF-8.',
  'The address or the body of the request cannot be read.':
    'Die Adresse oder der Inhalt der Anfrage ist nicht lesbar.',
  'You have sent more requests than the console answers in a minute.':
    'Sie haben mehr Anfragen gesendet, als die Konsole in einer Minute beantwortet.',
  'Try again in {time}.': 'In {time} erneut versuchen.',
  '1 second': '1 Sekunde',
  '{count} seconds': '{count} Sekunden',
  '{count} minutes': '{count} Minuten',
  'The browser says that the request comes from another site (Sec-Fetch-Site: {site}).':
    'Laut Browser kommt die Anfrage von einer anderen Website (Sec-Fetch-Site: {site}).',
  'The Origin of the request is not the address of this console.':
    'Der Ursprung (Origin) der Anfrage ist nicht die Adresse dieser Konsole.',
  'This needs a session, and the request has none that is valid.':
    'Das braucht eine Sitzung, und die Anfrage hat keine gültige.',
  'This needs the role {needed}; yours is {own}.': 'Das braucht die Rolle {needed}; Ihre ist {own}.',
  'The body is not application/json.': 'Der Inhalt ist nicht application/json.',
  'There is no file {path}.': 'Es gibt keine Datei {path}.',
  'There is no {operation} {path}.': 'Es gibt kein {operation} {path}.',
  'There is no such field.': 'Dieses Feld gibt es nicht.',
  'The job {name} was not triggered: Redis does not take it.':
    'Die Aufgabe {name} wurde nicht angestoßen: Redis nimmt sie nicht an.',
  'Another process has taken over this database.': 'Ein anderer Prozess hat diese Datenbank übernommen.',
  'Requests come through a proxy that TRUST_PROXY does not name.':
    'Anfragen kommen durch einen Proxy, den TRUST_PROXY nicht nennt.',
  'This process has not begun its work yet.': 'Dieser Prozess hat seine Arbeit noch nicht begonnen.',
  'No process of BanGUI serves this fail2ban, so the command was not carried out.':
    'Kein Prozess von BanGUI bedient dieses fail2ban, deshalb wurde der Befehl nicht ausgeführt.',
  'Start the process that has the role agent for the host {host}, then try again.':
    'Den Prozess mit der Rolle agent für den Host {host} starten, dann erneut versuchen.',
  'The agent did not answer in time; the command may or may not have been carried out.':
    'Der Agent hat nicht rechtzeitig geantwortet; der Befehl wurde vielleicht ausgeführt, vielleicht nicht.',
  'The agent failed; the command may have been carried out in part.':
    'Der Agent ist gescheitert; der Befehl wurde vielleicht zum Teil ausgeführt.',
  'BanGUI has just started and has not reached fail2ban yet.':
    'BanGUI ist gerade gestartet und hat fail2ban noch nicht erreicht.',
  'There is no host called {id}.': 'Es gibt keinen Host namens {id}.',
  'There is no jail called {name} on {host}.': 'Auf {host} gibt es kein Jail namens {name}.',
  'No process of BanGUI with the role agent reports about this fail2ban.':
    'Kein Prozess von BanGUI mit der Rolle agent berichtet über dieses fail2ban.',
  'Start BanGUI beside fail2ban with the role agent (BANGUI_ROLES) and this host’s id (BANGUI_HOST).':
    'BanGUI neben fail2ban mit der Rolle agent (BANGUI_ROLES) und der Kennung dieses Hosts (BANGUI_HOST) starten.',
  'This process of BanGUI cannot reach the shared state (Redis), so it hears nothing of this fail2ban.':
    'Dieser Prozess von BanGUI erreicht den gemeinsamen Speicher (Redis) nicht und hört deshalb nichts von diesem fail2ban.',
  'It tries again all the time.': 'Er versucht es laufend erneut.',
  'Look whether Redis runs, and at the Health page of another replica.':
    'Nachsehen, ob Redis läuft, und auf der Seite „Zustand“ einer anderen Instanz.',
  'The state provider is not running.': 'Der Zustandsspeicher läuft nicht.',
  'Sessions cannot be kept in the database: {reason}':
    'Sitzungen können nicht in der Datenbank gehalten werden: {reason}',
  'The connection to Redis is not made yet.': 'Die Verbindung zu Redis steht noch nicht.',
  'Redis does not answer.': 'Redis antwortet nicht.',
  'The connection to Redis was closed.': 'Die Verbindung zu Redis wurde geschlossen.',
  'The connection to Redis was lost.': 'Die Verbindung zu Redis ist abgerissen.',
  'Redis cannot be reached: {reason}.': 'Redis ist nicht erreichbar: {reason}.',
  'Redis did not answer within {ms} ms.': 'Redis hat nicht binnen {ms} ms geantwortet.',
  'Redis throws away keys when its memory is full (maxmemory-policy {policy}).':
    'Redis verwirft Schlüssel, wenn sein Speicher voll ist (maxmemory-policy {policy}).',
  'Set it to noeviction.': 'Auf noeviction setzen.',
  'Redis keeps nothing on disk: when it restarts, everybody has to sign in again.':
    'Redis schreibt nichts auf die Platte: Nach einem Neustart müssen sich alle neu anmelden.',
  'Set `appendonly yes` in redis.conf.': 'In redis.conf `appendonly yes` setzen.',
  'The clock of this machine is {seconds} s {way} that of Redis.':
    'Die Uhr dieser Maschine geht {seconds} s {way} gegenüber der von Redis.',
  behind: 'nach',
  'ahead of': 'vor',
  'Synchronise both (systemd-timesyncd or chrony).': 'Beide synchronisieren (systemd-timesyncd oder chrony).',
  'No background jobs are run here until they agree.':
    'Bis sie übereinstimmen, laufen hier keine Hintergrundaufgaben.',
  'Give it more memory.': 'Redis mehr Speicher geben.',
  'Redis takes no writes: {reason}': 'Redis nimmt keine Änderungen an: {reason}',
  'The connection to the session store is interrupted.':
    'Die Verbindung zum Sitzungsspeicher ist unterbrochen.',
  'You are still signed in.': 'Sie sind noch angemeldet.',
  'The session store is full and takes nothing new.':
    'Der Sitzungsspeicher ist voll und nimmt nichts Neues an.',
  'Who is signed in stays signed in.': 'Wer angemeldet ist, bleibt es.',
  'Give Redis more memory (maxmemory in redis.conf), then try again.':
    'Redis mehr Speicher geben (maxmemory in redis.conf), dann erneut versuchen.',
  'Name at least one address.': 'Mindestens eine Adresse nennen.',
  'Name at most 100 addresses at a time.': 'Höchstens 100 Adressen auf einmal nennen.',
  'Name at least one ban.': 'Mindestens eine Sperre nennen.',
  'Name at most 500 bans at a time.': 'Höchstens 500 Sperren auf einmal nennen.',
  'Name at most 500 addresses at a time.': 'Höchstens 500 Adressen auf einmal nennen.',
  'is not a host id': 'ist keine Kennung eines Hosts',
  'is not a cursor of this list': 'ist kein Cursor dieser Liste',
  'is not the id of a session': 'ist keine Kennung einer Sitzung',
  'is not the name of a jail': 'ist nicht der Name eines Jails',
  'must be a number of seconds up to ten years, or -1 for ever':
    'muss eine Zahl von Sekunden bis zehn Jahre sein oder -1 für immer',
  'must be the name of a time zone, such as Europe/Vienna':
    'muss der Name einer Zeitzone sein, etwa Europe/Vienna',
  'must be the name of a time zone, such as Europe/Vienna or UTC':
    'muss der Name einer Zeitzone sein, etwa Europe/Vienna oder UTC',
  'must be a whole number of days from 1 to {most}': 'muss eine ganze Zahl von Tagen von 1 bis {most} sein',
  'Not an IPv4 or IPv6 address, nor a network such as 203.0.113.0/24.':
    'Weder eine IPv4- oder IPv6-Adresse noch ein Netz wie 203.0.113.0/24.',
  'The network is too wide: use /16 or narrower for IPv4, /32 or narrower for IPv6.':
    'Das Netz ist zu weit: für IPv4 höchstens /16, für IPv6 höchstens /32.',
  'The number behind the slash must be between 0 and {bits}.':
    'Die Zahl hinter dem Schrägstrich muss zwischen 0 und {bits} liegen.',
  'Write the numbers of an IPv4 address without leading zeros: some programs read them as octal.':
    'Die Zahlen einer IPv4-Adresse ohne führende Nullen schreiben: Manche Programme lesen sie oktal.',
  'Each number of an IPv4 address must be between 0 and 255.':
    'Jede Zahl einer IPv4-Adresse muss zwischen 0 und 255 liegen.',
  'An address with a zone, such as fe80::1%eth0, cannot be banned.':
    'Eine Adresse mit Zone wie fe80::1%eth0 kann nicht gesperrt werden.',
  'Enter a user name.': 'Einen Benutzernamen eingeben.',
  'A user name has at most 64 characters.': 'Ein Benutzername hat höchstens 64 Zeichen.',
  'Use letters, digits and . _ @ - only.': 'Nur Buchstaben, Ziffern und . _ @ - verwenden.',
  'Use at least 12 characters: a few words in a row are easy to remember.':
    'Mindestens 12 Zeichen verwenden: Ein paar Wörter hintereinander sind leicht zu merken.',
  'A password has at most 256 characters.': 'Ein Passwort hat höchstens 256 Zeichen.',
  'Enter your user name.': 'Benutzernamen eingeben.',
  'Enter your password.': 'Passwort eingeben.',
  'Enter the setup token from the server’s log.': 'Das Einrichtungs-Token aus dem Log des Servers eingeben.',
  'Enter your current password.': 'Jetziges Passwort eingeben.',
  'Name a role, or whether the user is disabled.': 'Eine Rolle nennen oder ob der Benutzer deaktiviert ist.',
  'And {count} more.': 'Und {count} weitere.',
  'only when it is asked for': 'nur auf Anforderung',
  'cron {expression} ({zone})': 'cron {expression} ({zone})',
  'every day': 'täglich',
  'every hour': 'stündlich',
  'every minute': 'jede Minute',
  'every second': 'jede Sekunde',
  'every {count} days': 'alle {count} Tage',
  'every {count} hours': 'alle {count} Stunden',
  'every {count} minutes': 'alle {count} Minuten',
  'every {count} seconds': 'alle {count} Sekunden',
  'every {count} milliseconds': 'alle {count} Millisekunden',
}
