import { Trans, useLingui } from '@lingui/react/macro'
import { Link, useLocation } from 'react-router'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { findOpen } from '../find/find-open.ts'

export function NotFoundPage() {
  const { t } = useLingui()
  const { pathname } = useLocation()
  return (
    <>
      <title>{t`Not found · BanGUI`}</title>
      <h1 className="visually-hidden">{t`Not found`}</h1>
      <EmptyState
        tone="neutral"
        title={t`There is no page ${pathname}`}
        detail={t`The address may be misspelt, or the page belongs to another version of BanGUI.`}
        action={
          <>
            <Button onClick={() => findOpen.set(true)}>{t`Search`}</Button>{' '}
            <Link to="/">
              <Trans>Go to the overview</Trans>
            </Link>
          </>
        }
      />
    </>
  )
}
