import styles from './brand.module.css'

export function Brand() {
  return (
    <span className={styles.brand}>
      <svg className={styles.mark} viewBox="0 0 32 32" width="26" height="26" aria-hidden>
        <rect width="32" height="32" rx="8" fill="#2A5BD7" />
        <path
          d="M16 6.5l7.5 2.8v6.2c0 4.9-3.1 8.4-7.5 10-4.4-1.6-7.5-5.1-7.5-10V9.3z"
          fill="none"
          stroke="#fff"
          strokeWidth="2.2"
          strokeLinejoin="round"
        />
        <path d="M12.5 19.2l7-7" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" />
      </svg>
      <span>BanGUI</span>
    </span>
  )
}
