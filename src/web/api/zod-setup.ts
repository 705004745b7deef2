import * as z from 'zod/mini'

// Zod would try `new Function`, which the content security policy forbids and the browser reports. It decides when a
// schema is made, so this module is the first one that main.tsx imports.
z.config({ jitless: true })
