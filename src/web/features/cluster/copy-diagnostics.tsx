import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { ClipboardCopy } from 'lucide-react'
import * as z from 'zod/mini'
import { sentencesOf } from '../../api/api-error.ts'
import { call } from '../../api/http.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { showToast } from '../../ui/toast.ts'

/** It is for whoever reads the report, so it is handed on as it is. */
const Anything = z.looseObject({})

/** Everything that somebody who looks into a fault asks for; the server leaves out what is secret. */
export function CopyDiagnostics() {
  const { t } = useLingui()
  const copy = useMutation({
    mutationFn: async () =>
      copyText(JSON.stringify(await call(Anything, 'GET', 'diagnostics'), undefined, 2)),
    onSuccess: (copied) =>
      showToast(
        copied
          ? { tone: 'ok', title: t`Diagnostics copied`, detail: t`They hold no password and no token.` }
          : {
              tone: 'danger',
              title: t`The browser does not allow copying`,
              detail: t`Open /api/v1/diagnostics in another tab instead.`,
            },
      ),
    onError: (error) =>
      showToast({ tone: 'danger', title: t`Diagnostics were not copied`, detail: sentencesOf(error) }),
  })
  return (
    <Button busy={copy.isPending} onClick={() => copy.mutate()}>
      <ClipboardCopy size={16} aria-hidden />
      <Trans>Copy diagnostics</Trans>
    </Button>
  )
}
