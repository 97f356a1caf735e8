# call-paramiko.py PORT WORD: one word over paramiko, with this program's standard streams and the word's exit status.
import sys
import warnings

warnings.simplefilter("ignore")
import paramiko

port, word = sys.argv[1:]
transport = paramiko.Transport(("127.0.0.1", int(port)))
transport.start_client(timeout=30)
transport.auth_none("signer")
channel = transport.open_session()
channel.exec_command(word)
channel.sendall(sys.stdin.buffer.read())
channel.shutdown_write()
sys.stdout.write(channel.makefile("r").read().decode())
sys.stderr.write(channel.makefile_stderr("r").read().decode())
status = channel.recv_exit_status()
transport.close()
sys.exit(status)
