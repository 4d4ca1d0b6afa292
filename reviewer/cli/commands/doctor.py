"""`review doctor`."""

from __future__ import annotations

from reviewer.cli.options import EmbeddingOptions, JsonOption, command, settings_of
from reviewer.cli.output import print_out

_SIGNS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}


@command("doctor", "review doctor")
def doctor(json: JsonOption = False, *, common: EmbeddingOptions) -> int:
    """Say what works here, and what to do about what does not."""
    from reviewer.render.json import findings_json
    from reviewer.tasks.doctor import examine, next_step

    findings = examine(settings_of(common))
    if json:
        print_out(findings_json(findings))
    else:
        for finding in findings:
            remedy = f" -> {finding.remedy}" if finding.remedy else ""
            print_out(f"{_SIGNS[finding.state]} {finding.name}: {finding.detail}{remedy}\n")
        print_out(f"Next: {next_step(findings)}\n")
    return 1 if any(finding.state == "problem" for finding in findings) else 0
