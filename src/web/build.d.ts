/** Version of BanGUI that these pages were built of. */
declare const __BANGUI_VERSION__: string
