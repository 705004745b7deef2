// Runs before the first paint, so that what was chosen does not flash the other look.
try {
  var preferences = JSON.parse(localStorage.getItem('bangui.preferences') || '{}')
  var look = document.documentElement.dataset
  if (preferences.theme === 'light' || preferences.theme === 'dark') look.theme = preferences.theme
  if (preferences.density === 'compact') look.density = 'compact'
} catch {
  // Storage may be forbidden or hold something else; the system's look is used then.
}
