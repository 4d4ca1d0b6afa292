"""Where settings come from, which one wins, and what is said about a wrong one."""

from pathlib import Path

import platformdirs
import pytest

from reviewer.errors import UsageError
from reviewer.settings import Settings, default_library, find_library, load_settings


@pytest.fixture
def project(tmp_path):
    """A folder with a library of its own, and a review.toml that stands beside the library."""
    folder = tmp_path / "project"
    (folder / ".review").mkdir(parents=True)
    return folder


def write(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "review.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def user_folder(monkeypatch, tmp_path):
    """Where the user's own review.toml stands."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Path(platformdirs.user_config_dir("review"))


def test_without_anything_the_defaults_hold(tmp_path):
    settings = load_settings({}, {}, tmp_path)
    assert settings == Settings(library=str(default_library()))
    assert (settings.model, settings.offline) == ("", False)


def test_later_places_win_over_earlier_ones(project, user_folder):
    def model(flags=None, environment=None):
        return load_settings(flags, environment or {}, project).model

    assert model() == ""
    write(user_folder, 'model = "of the user"')
    assert model() == "of the user"
    write(project, 'model = "of the project"')
    assert model() == "of the project"
    environment = {"REVIEW_MODEL": "of the environment"}
    assert model(None, environment) == "of the environment"
    assert model({"model": "of the flag"}, environment) == "of the flag"


def test_each_setting_comes_from_its_own_place(project, user_folder):
    write(user_folder, 'api_base = "http://user"\ntimeout_s = 5\nmodel = "user"')
    write(project, 'timeout_s = 7\nmodel = "project"')
    settings = load_settings({"offline": True}, {"REVIEW_MODEL": "env"}, project)
    assert (settings.api_base, settings.timeout_s) == ("http://user", 7.0)
    assert (settings.model, settings.offline) == ("env", True)


def test_a_flag_that_is_not_given_hides_nothing(project):
    environment = {"REVIEW_MODEL": "env", "REVIEW_OFFLINE": "1"}
    settings = load_settings({"model": None, "offline": None}, environment, project)
    assert (settings.model, settings.offline) == ("env", True)


def test_a_flag_can_switch_off_what_the_environment_switched_on(project):
    assert not load_settings({"offline": False}, {"REVIEW_OFFLINE": "1"}, project).offline


def test_an_empty_variable_is_not_set(project):
    write(project, 'model = "project"')
    assert load_settings({}, {"REVIEW_MODEL": ""}, project).model == "project"


def test_the_process_environment_is_read_when_none_is_given(project, monkeypatch):
    monkeypatch.setenv("REVIEW_MODEL", "env")
    monkeypatch.chdir(project)
    settings = load_settings()
    assert (settings.model, settings.library) == ("env", str(project / ".review"))


def test_a_provider_key_in_the_environment_sets_no_model(project):
    assert load_settings({}, {"OPENAI_API_KEY": "sk-x"}, project).model == ""


def test_the_nearest_library_upwards_is_found(project):
    below = project / "a" / "b"
    below.mkdir(parents=True)
    assert find_library(below) == project / ".review"
    (project / "a" / ".review").mkdir()
    assert find_library(below) == project / "a" / ".review"
    assert load_settings({}, {}, below).library == str(project / "a" / ".review")


def test_a_file_of_that_name_is_no_library(tmp_path):
    (tmp_path / ".review").write_text("")
    assert find_library(tmp_path) is None


def test_the_library_is_the_flags_else_the_environments_else_the_nearest_else_the_files(
    project, tmp_path, user_folder
):
    write(user_folder, f'library = "{tmp_path / "file"}"')
    environment = {"REVIEW_LIBRARY": str(tmp_path / "env")}
    flags = {"library": str(tmp_path / "flag")}
    assert load_settings(flags, environment, project).library == str(tmp_path / "flag")
    assert load_settings({}, environment, project).library == str(tmp_path / "env")
    assert load_settings({}, {}, project).library == str(project / ".review")
    assert load_settings({}, {}, tmp_path).library == str(tmp_path / "file")


def test_the_file_beside_the_library_that_is_named_is_read(project, tmp_path):
    write(project, 'model = "near"')
    write(tmp_path / "far", 'model = "far"')
    flags = {"library": str(tmp_path / "far" / "library")}
    assert load_settings(flags, {}, project).model == "far"


def test_a_home_folder_is_written_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings({"library": "~/lib"}, {}, tmp_path).library == str(tmp_path / "lib")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("modle = 'x'", "has the unknown setting 'modle'"),
        ("[model]\nname = 'x'", "the setting 'model' is "),
        ("library = [1]", "the setting 'library' is '[1]'"),
        ("timeout_s = 'soon'", "the setting 'timeout_s' is 'soon'"),
        ("timeout_s = 0", "the setting 'timeout_s' is '0'"),
        ("timeout_s = nan", "the setting 'timeout_s' is 'nan'"),
        ("offline = 'perhaps'", "the setting 'offline' is 'perhaps'"),
        ("model =", "cannot be read"),
        ("model = 'a'\nmodel = 'b'", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_file_and_setting(project, text, said):
    write(project, text)
    with pytest.raises(UsageError) as raised:
        load_settings({"model": "given", "library": None}, {}, project)
    assert str(project / "review.toml") in raised.value.message
    assert said in raised.value.message
    assert raised.value.hint
    assert raised.value.exit_code == 2


def test_a_file_that_is_no_text_is_named(project):
    (project / "review.toml").write_bytes(b"\xff\xfe\x00m")
    with pytest.raises(UsageError, match=r"review\.toml cannot be read"):
        load_settings({}, {}, project)


def test_an_unknown_name_is_answered_with_the_known_ones(project):
    write(project, "modle = 'x'")
    with pytest.raises(UsageError) as raised:
        load_settings({}, {}, project)
    in_files = set(Settings.model_fields) - {"chroma_key"}
    assert all(name in raised.value.hint for name in in_files)


def test_the_key_of_a_server_stands_in_no_file(project):
    write(project, "chroma_key = 'geheim'")
    with pytest.raises(UsageError, match="unknown setting 'chroma_key'"):
        load_settings({}, {}, project)
    (project / "review.toml").unlink()
    found = load_settings({}, {"REVIEW_CHROMA_KEY": "geheim"}, project)
    assert found.chroma_key.get_secret_value() == "geheim"
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    ("flags", "environment", "setting", "value"),
    [
        ({}, {"REVIEW_TIMEOUT_S": "soon"}, "timeout_s", "soon"),
        ({}, {"REVIEW_OFFLINE": "perhaps"}, "offline", "perhaps"),
        ({"timeout_s": -1}, {}, "timeout_s", "-1"),
        ({"nonsense": 1}, {}, "nonsense", "1"),
    ],
)
def test_a_bad_value_is_named_with_its_setting(project, flags, environment, setting, value):
    with pytest.raises(UsageError) as raised:
        load_settings(flags, environment, project)
    assert f"'{setting}' is '{value}'" in raised.value.message
    assert f"REVIEW_{setting.upper()}" in raised.value.hint


def test_a_home_folder_of_nobody_is_named(project):
    with pytest.raises(UsageError, match="nobody-of-this-name"):
        load_settings({"library": "~nobody-of-this-name/x"}, {}, project)


def test_a_number_is_a_text_where_a_text_is_wanted(project):
    write(project, "model = 5")
    assert load_settings({}, {}, project).model == "5"


def test_settings_cannot_be_changed_once_made():
    with pytest.raises(ValueError, match="frozen"):
        Settings().model = "x"
