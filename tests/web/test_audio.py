"""The library of sound files: what comes in, what is refused, what callers would hear (web)."""

from __future__ import annotations

import io
import shutil
import wave
from pathlib import Path
from typing import Any

import pytest

from huntline.cli.api_client import Api
from tests.media.prompts.audio_files import tone, write_mp3, write_wma
from tests.web.rig import ServerRig, refusal_of
from tests.web.sounds import RATE, wav


@pytest.fixture
def api(rig: ServerRig) -> Api:
    return rig.api()


def upload(api: Api, name: str, content: bytes, **params: Any) -> Any:
    return api.request("POST", "/audio", files={"file": (name, content)}, params=params)


def refused(api: Api, name: str, content: bytes) -> dict[str, Any]:
    return refusal_of(api, "POST", "/audio", files={"file": (name, content)})


def test_an_upload_is_measured_as_callers_hear_it(api: Api) -> None:
    made = upload(api, "Hello.WAV", wav(seconds=2.0, level=0.25))
    assert (made["name"], made["duration"], made["clipped_share"]) == ("Hello.WAV", 2.0, 0)
    assert made["peak"] == pytest.approx(-12, abs=0.3)
    assert made["loudness"] == pytest.approx(-15, abs=0.3)
    assert made["warnings"] == []
    for key in ("hello.wav", made["sha256"]):
        assert api.get(f"/audio/{key}") == made
    listed = {name: made[name] for name in ("name", "sha256", "duration", "loudness")}
    assert list(api.items("/audio", search="HELLO")) == [listed]
    assert list(api.items("/audio", search="jazz")) == []


def test_mp3_and_wma_are_taken_in_any_letter_case(api: Api, tmp_path: Path) -> None:
    for written in (write_mp3(tmp_path / "a.mp3", tone()), write_wma(tmp_path / "a.wma", tone())):
        name = written.name.upper()
        assert upload(api, name, written.read_bytes())["duration"] == pytest.approx(2.0, abs=0.1)
    assert [audio["name"] for audio in api.items("/audio")] == ["A.MP3", "A.WMA"]


@pytest.mark.parametrize(
    ("name", "content", "status", "why"),
    [
        ("program.wav", b"MZ" + bytes(5_000), 422, "the content is a Windows program"),
        ("hello.ogg", wav(), 422, "the file type '.ogg' is not allowed"),
        ("hello", wav(), 422, "without a suffix"),
        ("empty.mp3", b"", 422, "the content is an empty file"),
        ("hello.mp3", wav(), 422, "the name says .mp3 but the content is WAV audio"),
        ("half.wav", wav()[: RATE // 2], 422, "the file is cut off"),
        ("large.wav", wav() + bytes(5 * 2**20), 413, "up to 5 MB"),
    ],
)
def test_what_cannot_be_a_prompt_is_refused_and_leaves_nothing(
    rig: ServerRig, api: Api, name: str, content: bytes, status: int, why: str
) -> None:
    problem = refused(api, name, content)
    assert (problem["status"], problem["field"], problem["value"]) == (status, "file", name)
    assert why in problem["allowed"]
    assert rig.organization().audio == ()
    assert not rig.backstage.blobs.folder.exists()


def test_a_name_is_1_to_100_characters(rig: ServerRig, api: Api) -> None:
    problem = refused(api, "x" * 97 + ".wav", wav())
    assert (problem["status"], problem["field"]) == (422, "file")
    assert "must be 1 to 100 characters, this is 101" in problem["allowed"]
    assert rig.organization().audio == ()
    assert upload(api, "x" * 96 + ".wav", wav())["name"] == "x" * 96 + ".wav"


def test_what_is_no_upload_is_refused(api: Api) -> None:
    for arguments in ({"data": {"file": "hello"}}, {"json": {"file": "hello.wav"}}, {"content": b""}):
        with pytest.raises(Exception, match=r"file") as refusal:
            api.request("POST", "/audio", **arguments)
        assert getattr(refusal.value, "status", 0) == 422


def test_callers_will_mind_silence_whispers_clipping_and_length_and_the_answer_says_so(api: Api) -> None:
    for name, content, warning in (
        ("silent.wav", wav(level=0.0), "is silent"),
        ("quiet.wav", wav(level=0.01), "is very quiet (-43 dBFS)"),
        ("loud.wav", wav(level=1.0), "is clipped in 1"),
        ("short.wav", wav(seconds=0.25), "is very short (0.25 s)"),
        ("long.wav", wav(seconds=61), "lasts 61 s"),
    ):
        (said,) = upload(api, name, content)["warnings"]
        assert said.startswith(warning)


def test_the_same_file_is_there_once_and_another_one_needs_another_name(rig: ServerRig, api: Api) -> None:
    def send(content: bytes) -> int:
        files = {"file": ("hello.wav", content)}
        return api.response("POST", "/audio", files=files).status_code

    assert send(wav()) == 201
    assert send(wav()) == 200
    problem = refused(api, "HELLO.wav", wav(seconds=2.0))
    assert (problem["status"], problem["error"]) == (409, "audio-name-taken")
    assert "hello.wav" in problem["detail"]
    upload(api, "the same.wav", wav())
    assert [audio.name for audio in rig.organization().audio] == ["hello.wav", "the same.wav"]


def test_a_path_before_the_name_does_not_count(api: Api) -> None:
    assert upload(api, "C:\\sounds\\hello.wav", wav())["name"] == "hello.wav"
    assert upload(api, "../../bye.wav", wav())["name"] == "bye.wav"


def test_a_dry_run_checks_and_keeps_nothing(rig: ServerRig, api: Api) -> None:
    assert upload(api, "hello.wav", wav(), dry_run=True)["duration"] == 1.0
    assert (
        refusal_of(api, "POST", "/audio", files={"file": ("hello.wav", b"MZ")}, dry_run=True)["field"]
        == "file"
    )
    assert rig.organization().audio == ()
    assert not rig.backstage.blobs.folder.exists()


def test_a_file_is_renamed_and_queues_go_on_playing_it(rig: ServerRig, api: Api) -> None:
    made = upload(api, "hello.wav", wav())
    upload(api, "bye.wav", wav(seconds=2.0))
    api.post("/queues", {"name": "Help Desk", "greeting": {"file": "hello.wav"}})
    renamed = api.patch("/audio/hello.wav", {"name": "Welcome.wav"})
    assert renamed == made | {"name": "Welcome.wav"}
    assert api.patch("/audio/welcome.wav", renamed) == renamed
    assert api.get("/queues/Help Desk")["greeting"] == {"file": "Welcome.wav"}
    for wrong in (
        "hello.mp3",
        "a/hello.wav",
        "a\\hello.wav",
        "hello",
        "",
        "bye.wav",
        "\0.wav",
        "\t.wav",
        "x" * 97 + ".wav",
    ):
        problem = refusal_of(api, "PATCH", "/audio/Welcome.wav", {"name": wrong})
        assert (problem["status"], problem["field"]) == (422, "name")
    assert refusal_of(api, "PATCH", "/audio/gone.wav", {"name": "x.wav"})["status"] == 404
    assert [audio.name for audio in rig.organization().audio] == ["Welcome.wav", "bye.wav"]


def test_a_file_that_a_queue_plays_stays(rig: ServerRig, api: Api) -> None:
    upload(api, "hello.wav", wav())
    api.post("/queues", {"name": "Help Desk", "greeting": {"file": "hello.wav"}})
    api.post("/queues", {"name": "Sales", "music": {"file": "hello.wav"}})
    problem = refusal_of(api, "DELETE", "/audio/hello.wav")
    assert (problem["status"], problem["error"]) == (409, "in-use")
    assert "queue Help Desk has it as its greeting" in problem["detail"]
    assert "queue Sales has it as its music on hold" in problem["detail"]
    api.patch("/queues/Help Desk", {"greeting": None, "timeout_prompt": {"file": "hello.wav"}})
    api.patch("/queues/Sales", {"music": "default", "disconnect_prompt": {"file": "hello.wav"}})
    problem = refusal_of(api, "DELETE", "/audio/hello.wav")
    assert "queue Help Desk plays it after the maximum wait" in problem["detail"]
    assert "queue Sales plays it before it hangs up" in problem["detail"]
    api.patch("/queues/Help Desk", {"timeout_prompt": None})
    api.patch("/queues/Sales", {"disconnect_prompt": None, "messages": 2 * [{"file": "hello.wav"}]})
    problem = refusal_of(api, "DELETE", "/audio/hello.wav")
    assert problem["detail"].count("queue Sales tells it to callers who wait") == 1
    api.patch("/queues/Sales", {"messages": []})
    assert api.delete("/audio/hello.wav", dry_run=True)["name"] == "hello.wav"
    assert api.delete("/audio/hello.wav")["name"] == "hello.wav"
    assert rig.organization().audio == ()


def test_the_file_comes_back_as_it_was_sent(api: Api, tmp_path: Path) -> None:
    content = write_mp3(tmp_path / "a.mp3", tone()).read_bytes()
    upload(api, "Grüße.MP3", content)
    response = api.response("GET", "/audio/Grüße.mp3/content")
    assert (response.content, response.headers["content-type"]) == (content, "audio/mpeg")
    assert "filename*=utf-8''Gr%C3%BC%C3%9Fe.MP3" in response.headers["content-disposition"]


def test_the_preview_sounds_as_callers_hear_it(api: Api) -> None:
    upload(api, "hello.wav", wav(seconds=0.5, level=0.5))
    response = api.response("GET", "/audio/hello.wav/preview")
    assert response.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(response.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
        assert file.getnframes() == 4_000
        samples = memoryview(file.readframes(4_000)).cast("h")
    assert max(samples) == pytest.approx(0.5 * 32_767, rel=0.03)
    assert min(samples) == pytest.approx(-0.5 * 32_767, rel=0.03)


def test_content_that_is_gone_from_the_folder_is_told_and_comes_back_with_an_upload(
    rig: ServerRig, api: Api
) -> None:
    made = upload(api, "hello.wav", wav())
    shutil.rmtree(rig.backstage.blobs.folder)
    shown = api.get("/audio/hello.wav")
    assert (shown["peak"], shown["clipped_share"]) == (None, None)
    assert "upload the same file again" in shown["warnings"][0]
    for part in ("content", "preview"):
        problem = refusal_of(api, "GET", f"/audio/hello.wav/{part}")
        assert (problem["status"], "upload the file again" in problem["detail"]) == (404, True)
    assert upload(api, "hello.wav", wav()) == made
    assert api.get("/audio/hello.wav/content") == wav()


def test_a_text_is_spoken_into_a_file(rig: ServerRig, api: Api) -> None:
    text = {"name": "closed.wav", "say": "We are closed today."}
    made = api.post("/audio/speech", text)
    assert made["duration"] > 0.5
    assert (
        api.post("/audio/speech", text | {"language": "fr", "name": "fermé.wav"})["sha256"] != made["sha256"]
    )
    for wrong, field in (
        ({"name": "closed.mp3"}, "name"),
        ({"name": "a/closed.wav"}, "name"),
        ({"say": " "}, "say"),
        ({"language": "de"}, "language"),
    ):
        assert refusal_of(api, "POST", "/audio/speech", text | wrong)["field"] == field
    assert [audio.name for audio in rig.organization().audio] == ["closed.wav", "fermé.wav"]


def test_sounds_of_another_organization_are_not_there(rig: ServerRig, api: Api) -> None:
    made = upload(api, "hello.wav", wav())
    fabrikam = rig.api(organization_id=rig.add_organization("Fabrikam", "fabrikam.com"))
    for key in ("hello.wav", made["sha256"]):
        for part in ("", "/content", "/preview"):
            assert refusal_of(fabrikam, "GET", f"/audio/{key}{part}")["status"] == 404


def test_a_text_is_heard_before_anything_is_kept(api: Api) -> None:
    heard = api.request("POST", "/audio/speech/preview", json={"say": "Bonjour", "language": "fr"})
    assert heard[:4] == b"RIFF"
    assert len(heard) > 8_000
    assert list(api.items("/audio")) == []
    problem = refusal_of(api, "POST", "/audio/speech/preview", {"say": " "})
    assert (problem["status"], problem["field"]) == (422, "say")


def test_queues_play_the_new_content_of_a_file_under_its_old_name(rig: ServerRig, api: Api) -> None:
    old = upload(api, "hello.wav", wav(seconds=1.0))
    api.post("/queues", {"name": "Sales", "greeting": {"file": "hello.wav"}, "music": {"file": "hello.wav"}})
    content = wav(seconds=2.0, hertz=300.0)
    new = api.request("PUT", "/audio/HELLO.wav/content", files={"file": ("other.wav", content)})
    assert (new["name"], new["duration"]) == ("hello.wav", 2.0)
    assert new["sha256"] != old["sha256"]
    queue = rig.queue("Sales")
    assert queue.greeting is not None
    assert queue.music is not None
    assert {queue.greeting.sha256, queue.music.sha256} == {new["sha256"]}
    assert api.get("/queues/Sales")["greeting"] == {"file": "hello.wav"}


def test_a_new_content_is_of_the_old_kind_and_size(api: Api, tmp_path: Path) -> None:
    old = upload(api, "hello.wav", wav())
    mp3 = write_mp3(tmp_path / "a.mp3", tone()).read_bytes()
    for content, status in ((mp3, 422), (b"MZ" + bytes(100), 422), (bytes(5 * 2**20 + 1), 413)):
        problem = refusal_of(api, "PUT", "/audio/hello.wav/content", files={"file": ("a.wav", content)})
        assert (problem["status"], problem["field"]) == (status, "file")
    assert api.get("/audio/hello.wav") == old
