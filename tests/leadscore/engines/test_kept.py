"""Where finished blocks cannot be kept, the run says so."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadscore.engines.kept import KeptBlocks, sources_of
from leadscore.errors import NoWorkingSpace


def test_a_full_disk_is_told_and_leaves_no_half_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(table: pa.Table, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    leads = pa.table({"lead_id": ["a"]})
    with pytest.raises(NoWorkingSpace, match="No space left on device"):
        KeptBlocks(tmp_path, "run").write(leads, (leads, None))
    assert list(tmp_path.iterdir()) == []


def test_a_block_of_other_sources_is_not_taken_for_one_of_these(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "same", "other", "renamed")]
    for folder in folders:
        folder.mkdir()
        (folder / ("b.py" if folder.name == "renamed" else "a.py")).write_text(
            "HALF = 3" if folder.name == "other" else "HALF = 2"
        )
    one, same, other, renamed = (sources_of(folder) for folder in folders)
    assert one == same
    assert len({one, other, renamed}) == 3
