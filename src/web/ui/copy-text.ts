/**
 * Puts `text` on the clipboard. Over plain http to a LAN address browsers offer no `navigator.clipboard`, and consoles
 * often run so; there the old command still works. Resolves to whether it was copied.
 */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Forbidden by the browser's settings: try the old way.
    }
  }
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.className = 'visually-hidden'
  // Inside an open dialog the focus is trapped: the helper has to live there too.
  const home =
    (focused instanceof HTMLElement ? focused.closest('[role=dialog], [role=menu]') : null) ?? document.body
  home.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}
