import { Trans } from '@lingui/react/macro'
import { Download } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuNote } from '../../ui/menu.tsx'
import { formatNumber } from '../../ui/words.ts'
import styles from './bulk.module.css'
import { exportUrl, type BanFilter } from './bans.queries.ts'

/** All that match, as a file that the browser saves while it comes in. */
export function ExportMenu({ filter, total }: { filter: BanFilter; total: number | undefined }) {
  return (
    <Menu
      trigger={
        <Button data-export className={styles.brief}>
          <Download size={16} aria-hidden />
          <span className={styles.word}>
            <Trans>Export</Trans>
          </span>
        </Button>
      }
    >
      {total !== undefined && (
        <MenuNote>
          <Trans>All {formatNumber(total)} that match</Trans>
        </MenuNote>
      )}
      <MenuItem onSelect={() => save(exportUrl(filter, 'csv'))}>
        <Trans>As CSV, for spreadsheets</Trans>
      </MenuItem>
      <MenuItem onSelect={() => save(exportUrl(filter, 'json'))}>
        <Trans>As JSON, for programs</Trans>
      </MenuItem>
    </Menu>
  )
}

function save(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}
