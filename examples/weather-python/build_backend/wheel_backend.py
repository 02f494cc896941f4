"""A PEP 517 and PEP 660 build backend of one file: packs src/ into a wheel, or points at it."""

import base64
import hashlib
import os
import zipfile

NAME = "weather_server"
VERSION = "1.2.0"
DIST_INFO = f"{NAME}-{VERSION}.dist-info"
WHEEL_NAME = f"{NAME}-{VERSION}-py3-none-any.whl"

METADATA = f"""Metadata-Version: 2.1
Name: weather-server
Version: {VERSION}
Summary: An MCP server over stdio with computed forecasts.
Requires-Python: >=3.9
"""

WHEEL = """Wheel-Version: 1.0
Generator: wheel_backend
Root-Is-Purelib: true
Tag: py3-none-any
"""

ENTRY_POINTS = """[console_scripts]
weather-server = weather_server.main:main
"""

INFO_FILES = {"METADATA": METADATA, "WHEEL": WHEEL, "entry_points.txt": ENTRY_POINTS}


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_editable(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = os.path.join(metadata_directory, DIST_INFO)
    os.makedirs(folder, exist_ok=True)
    for name, text in INFO_FILES.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return DIST_INFO


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def _source_files():
    for folder, _, names in sorted(os.walk("src")):
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, "src").replace(os.sep, "/"), file.read()


def _write_wheel(wheel_directory, contents):
    records = []
    with zipfile.ZipFile(os.path.join(wheel_directory, WHEEL_NAME), "w") as wheel:
        for path, data in contents:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            records.append(f"{path},sha256={digest},{len(data)}")
            wheel.writestr(path, data)
        record = f"{DIST_INFO}/RECORD"
        wheel.writestr(record, "\n".join(records + [f"{record},,", ""]))
    return WHEEL_NAME


def _info_files():
    return [(f"{DIST_INFO}/{name}", text.encode()) for name, text in INFO_FILES.items()]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write_wheel(wheel_directory, list(_source_files()) + _info_files())


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    # A .pth file puts src/ on the path of whoever starts this environment's Python.
    link = (f"_{NAME}.pth", (os.path.abspath("src") + "\n").encode())
    return _write_wheel(wheel_directory, [link] + _info_files())
