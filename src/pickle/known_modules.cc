#include "pickle/known_modules.h"

#include <algorithm>
#include <array>

namespace {

// Sorted. Source: sys.stdlib_module_names of Python 3.8 to 3.13, and the modules of Python 2.7.
constexpr std::array<std::string_view, 409> standard_modules{
    "BaseHTTPServer", "Bastion", "CGIHTTPServer", "ConfigParser", "Cookie", "DocXMLRPCServer", "HTMLParser", "MimeWriter", "Queue",
    "SimpleHTTPServer", "SimpleXMLRPCServer", "SocketServer", "StringIO", "UserDict", "UserList", "UserString", "_LWPCookieJar",
    "_MozillaCookieJar", "__builtin__", "__future__", "_abc", "_abcoll", "_aix_support", "_android_support", "_ast", "_asyncio", "_bisect",
    "_blake2", "_bootlocale", "_bootsubprocess", "_bz2", "_codecs", "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr",
    "_codecs_tw", "_collections", "_collections_abc", "_colorize", "_compat_pickle", "_compression", "_contextvars", "_crypt", "_csv", "_ctypes",
    "_ctypes_test", "_curses", "_curses_panel", "_datetime", "_dbm", "_decimal", "_dummy_thread", "_elementtree", "_frozen_importlib",
    "_frozen_importlib_external", "_functools", "_gdbm", "_hashlib", "_heapq", "_hotshot", "_imp", "_interpchannels", "_interpqueues",
    "_interpreters", "_io", "_ios_support", "_json", "_locale", "_lsprof", "_lzma", "_markupbase", "_md5", "_msi", "_multibytecodec",
    "_multiprocessing", "_opcode", "_opcode_metadata", "_operator", "_osx_support", "_overlapped", "_pickle", "_posixshmem", "_posixsubprocess",
    "_py_abc", "_pydatetime", "_pydecimal", "_pyio", "_pylong", "_pyrepl", "_queue", "_random", "_scproxy", "_sha", "_sha1", "_sha2", "_sha256",
    "_sha3", "_sha512", "_signal", "_sitebuiltins", "_socket", "_sqlite3", "_sre", "_ssl", "_stat", "_statistics", "_string", "_strptime",
    "_struct", "_suggestions", "_symtable", "_sysconfig", "_thread", "_threading_local", "_tkinter", "_tokenize", "_tracemalloc", "_typing",
    "_uuid", "_warnings", "_weakref", "_weakrefset", "_winapi", "_winreg", "_wmi", "_zoneinfo", "abc", "aifc", "antigravity", "anydbm", "argparse",
    "array", "ast", "asynchat", "asyncio", "asyncore", "atexit", "audiodev", "audioop", "base64", "bdb", "binascii", "binhex", "bisect", "bsddb",
    "builtins", "bz2", "cPickle", "cProfile", "cStringIO", "calendar", "ce", "cgi", "cgitb", "chunk", "cmath", "cmd", "code", "codecs", "codeop",
    "collections", "colorsys", "commands", "compileall", "compiler", "concurrent", "configparser", "contextlib", "contextvars", "cookielib", "copy",
    "copy_reg", "copyreg", "crypt", "csv", "ctypes", "curses", "dataclasses", "datetime", "dbhash", "dbm", "decimal", "difflib", "dircache", "dis",
    "distutils", "doctest", "dumbdbm", "dummy_thread", "dummy_threading", "email", "encodings", "ensurepip", "enum", "errno", "exceptions",
    "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "formatter", "fpformat", "fractions", "ftplib", "functools", "future_builtins",
    "gc", "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "hotshot", "html",
    "htmlentitydefs", "htmllib", "http", "httplib", "idlelib", "ihooks", "imaplib", "imghdr", "imp", "importlib", "imputil", "inspect", "io",
    "ipaddress", "itertools", "json", "keyword", "lib2to3", "linecache", "linuxaudiodev", "locale", "logging", "lzma", "macpath", "macurl2path",
    "mailbox", "mailcap", "markupbase", "marshal", "math", "md5", "mhlib", "mimetools", "mimetypes", "mimify", "mmap", "modulefinder", "msilib",
    "msvcrt", "multifile", "multiprocessing", "mutex", "netrc", "new", "nis", "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode",
    "operator", "optparse", "os", "os2emxpath", "ossaudiodev", "parser", "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil", "platform",
    "plistlib", "popen2", "poplib", "posix", "posixfile", "posixpath", "pprint", "profile", "pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc",
    "pydoc_data", "pyexpat", "queue", "quopri", "random", "re", "readline", "repr", "reprlib", "resource", "rexec", "rfc822", "riscos",
    "rlcompleter", "robotparser", "runpy", "sched", "secrets", "select", "selectors", "sets", "sgmllib", "sha", "shelve", "shlex", "shutil",
    "signal", "site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3", "sre", "sre_compile", "sre_constants", "sre_parse",
    "ssl", "stat", "statistics", "statvfs", "string", "stringold", "stringprep", "strop", "struct", "subprocess", "sunau", "sunaudio", "symbol",
    "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile", "telnetlib", "tempfile", "termios", "test", "textwrap", "this", "thread",
    "threading", "time", "timeit", "tkinter", "toaiff", "token", "tokenize", "tomllib", "trace", "traceback", "tracemalloc", "tty", "turtle",
    "turtledemo", "types", "typing", "unicodedata", "unittest", "urllib", "urllib2", "urlparse", "user", "uu", "uuid", "venv", "warnings", "wave",
    "weakref", "webbrowser", "whichdb", "winreg", "winsound", "wsgiref", "xdrlib", "xml", "xmllib", "xmlrpc", "xmlrpclib", "zipapp", "zipfile",
    "zipimport", "zlib", "zoneinfo"};

// Sorted: packages that many machines have, whose functions are what attacks are made of.
constexpr std::array<std::string_view, 122> known_packages{
    "IPython", "PIL", "absl", "aiohttp", "airflow", "anyio", "astropy", "boto3", "botocore", "bs4", "catboost", "celery", "click", "cloudpickle",
    "cupy", "cv2", "cython", "dask", "dateutil", "dill", "distutils", "django", "docker", "faiss", "fastapi", "fickling", "flask", "fsspec",
    "gensim", "gi", "google", "grpc", "h5py", "httpx", "huggingface_hub", "ipykernel", "jax", "jinja2", "joblib", "jsonpickle", "keras", "kornia",
    "lightgbm", "lightning", "lightning_fabric", "llvmlite", "loky", "lxml", "mako", "matplotlib", "mlflow", "modelscan", "multiprocess", "nltk",
    "numba", "numexpr", "numpy", "omegaconf", "onnx", "onnxruntime", "optuna", "pandas", "paramiko", "patsy", "pexpect", "picklescan", "pip",
    "pkg_resources", "plotly", "polars", "psutil", "psycopg2", "ptyprocess", "pyarrow", "pydantic", "pydevd", "pygments", "pymysql", "pytest",
    "pytorch_lightning", "pytz", "ray", "redis", "requests", "rich", "ruamel", "safetensors", "scipy", "seaborn", "setuptools", "shap",
    "simplejson", "six", "skimage", "sklearn", "spacy", "sqlalchemy", "statsmodels", "streamlit", "sympy", "tensorboard", "tensorflow", "torch",
    "torchaudio", "torchvision", "tornado", "tqdm", "transformers", "triton", "tvm", "twisted", "typer", "urllib3", "uvicorn", "wandb", "werkzeug",
    "wheel", "xarray", "xgboost", "yaml", "zmq", "zstandard"};

std::string_view root_of(std::string_view module) { return module.substr(0, module.find('.')); }

}

bool is_package_module(std::string_view module) { return std::binary_search(known_packages.begin(), known_packages.end(), root_of(module)); }

bool is_known_module(std::string_view module)
{
    return is_package_module(module) || std::binary_search(standard_modules.begin(), standard_modules.end(), root_of(module));
}
