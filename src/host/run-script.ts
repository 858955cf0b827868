/**
 * The script of a session directory (mechanisms M6), plain POSIX sh with no data in it. It runs
 * with the directory as its cwd and plays two parts:
 *
 * - *keeper* (`run.sh <launch>`): claims the directory (`mkdir started`, 75 = another start won),
 *   runs the program in the foreground and writes how it ended. In the foreground, because a shell
 *   gives a background command /dev/null as stdin and ignores SIGINT in it.
 * - *program* (`run.sh <launch> program <keeper> <umask>`): already alone in its process group, opens the
 *   pipes, writes `ref` and becomes the program by `exec`, which keeps pid and start time.
 *
 * On a full disk the keeper waits for room: how the program ended is known to nobody else. That it
 * had to wait is written with it (`no-room`). When the directory is removed it ends.
 *
 * The keeper catches the polite signals instead of ignoring them: what is ignored stays ignored in
 * the program. The group comes from setsid (Linux), else perl (macOS), else bash's job control;
 * dash has job control only with a terminal.
 */
export const runScript = `launch=$1
mask=\${4-$(umask)}
umask 077

start_of() {
  if [ -r /proc/self/stat ]; then
    IFS= read -r line <"/proc/$1/stat" || return 1
    set -- \${line##*\\) }
    printf '%s\\n' "\${20}"
  else
    set -- $(LC_ALL=C TZ=UTC0 ps -o lstart= -p "$1")
    [ $# -gt 0 ] && printf '%s\\n' "$*"
  fi
}

boot_of() {
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    cat /proc/sys/kernel/random/boot_id
  elif boot=$(sysctl -n kern.bootsessionuuid 2>/dev/null) && [ -n "$boot" ]; then
    printf '%s\\n' "$boot"
  else
    boot=$(sysctl -n kern.boottime) || return 1
    boot=\${boot#*sec = }
    printf '%s\\n' "\${boot%%,*}"
  fi
}

if [ "\${2-}" = program ]; then
  exec 0<>in 1>>out 2>>err || exit 74
  start=$(start_of $$) && boot=$(boot_of) && keeper=$(start_of "$3") || exit 74
  printf '%s\\n' $$ "$start" "$boot" "$3" "$keeper" >ref.new && mv -f ref.new ref || exit 74
  umask "$mask"
  . "./$launch"
  exec "$@"
fi

mkdir started 2>/dev/null || exit 75
[ -p in ] || mkfifo in || exit 74
: >>out
: >>err
trap : HUP INT QUIT TERM
if command -v setsid >/dev/null 2>&1; then
  setsid /bin/sh ./run.sh "$launch" program $$ "$mask"
elif command -v perl >/dev/null 2>&1; then
  perl -MPOSIX -e 'POSIX::setsid(); exec {$ARGV[0]} @ARGV; exit 127' \\
    /bin/sh ./run.sh "$launch" program $$ "$mask"
elif command -v bash >/dev/null 2>&1; then
  bash -c 'set -m; /bin/sh ./run.sh "$1" program "$2" "$3"; exit $?' \\
    bash "$launch" $$ "$mask"
else
  echo 'one of setsid, perl or bash is needed to start a program on its own' >&2
  exit 69
fi
code=$?
room=
until printf '%s\\n' "$code" $room >exit.new && mv -f exit.new exit; do
  room=no-room
  sleep 1
  [ -d started ] || exit 74
done 2>/dev/null
`;
