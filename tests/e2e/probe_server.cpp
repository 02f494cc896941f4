#include "probe_server.hpp"

namespace toolscore::test {
namespace {

/// Stands in its command line, so that no file has to be in its sight.
constexpr const char* program = R"(
import errno, json, os, resource, socket, subprocess, sys, threading
kept = []
def read(path):
    with open(path, 'rb') as file: file.read(16)
    return 'ok'
def names(path): return ' '.join(sorted(os.listdir(path))) or 'nothing'
def write(path):
    with open(path, 'wb') as file: file.write(b'x')
    return 'ok'
def move(a, b):
    write(a)
    os.rename(a, b)
    return 'ok'
def connect(port):
    socket.create_connection(('127.0.0.1', port), 3).close()
    return 'ok'
def listen():
    ear = socket.create_server(('127.0.0.1', 0))
    return connect(ear.getsockname()[1])
def send_to(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.connect(path)
    return 'ok'
def pids(): return str(len([x for x in os.listdir('/proc') if x.isdigit()]))
def forks(count):
    for at in range(count):
        pid = os.fork()
        if pid == 0:
            import signal
            signal.pause()
    return 'ok'
def files(count):
    while len(kept) < count: kept.append(os.open('/dev/null', os.O_RDONLY))
    return 'ok'
def more_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (2000000, 2000000))
    return 'ok'
def call(number, *arguments):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) >= 0: return 'ok'
    raise OSError(ctypes.get_errno(), '')
def hog(mebibytes):
    kept.append(bytearray(b'x' * (mebibytes << 20)))
    return 'ok'
def run(*argv): return str(subprocess.run(argv, capture_output=True).returncode)
def status(key):
    with open('/proc/self/status') as file:
        return [x.split()[1] for x in file if x.startswith(key + ':')][0]
def answer(m):
    what = m['method']
    if what == 'initialize':
        return {'protocolVersion': m['params']['protocolVersion'], 'capabilities': {'tools': {}},
                'serverInfo': {'name': 'probe', 'version': '1'}}
    if what == 'tools/list': return {'tools': [{'name': 'try', 'inputSchema': {'type': 'object'}}]}
    if what != 'tools/call': return {}
    try: said = str(eval(m['params']['arguments']['what']))
    except OSError as why: said = errno.errorcode.get(why.errno, repr(why))
    except BaseException as why: said = repr(why)
    return {'content': [{'type': 'text', 'text': said}]}
for line in sys.stdin:
    m = json.loads(line)
    if 'id' not in m: continue
    if m['method'] == 'server/discover':
        out = {'error': {'code': -32601, 'message': 'Method not found'}}
    else: out = {'result': answer(m)}
    print(json.dumps({'jsonrpc': '2.0', 'id': m['id'], **out}), flush=True)
)";

} // namespace

reply_json probe_server(const reply_json& more) {
  reply_json definition{{"command", "/usr/bin/python3"}, {"args", {"-I", "-u", "-c", program}}};
  definition.update(more);
  return definition;
}

std::string tried(node_fixture& node, const std::string& server, const std::string& expression) {
  const auto answer = node.call(server, "try", {{"what", expression}});
  return answer.good() ? answer.text() : answer.told();
}

std::string python(const std::string& text) {
  return "'" + text + "'";
}

} // namespace toolscore::test
