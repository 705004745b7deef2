import { Link, useLocation } from 'react-router'
import { EmptyState } from '../../ui/empty-state.tsx'

export function NotFoundPage() {
  const { pathname } = useLocation()
  return (
    <>
      <title>Not found · BanGUI</title>
      <h1 className="visually-hidden">Not found</h1>
      <EmptyState
        tone="neutral"
        title={`There is no page ${pathname}`}
        detail="The address may be misspelt, or the page belongs to another version of BanGUI."
        action={<Link to="/">Go to the overview</Link>}
      />
    </>
  )
}
