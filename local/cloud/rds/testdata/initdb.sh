# Is put behind the lines that say what the real initdb and the template are.
set -e
command -v flock > /dev/null || exec "$real" "$@"
for argument; do
  case $argument in
  --pgdata=*) data=${argument#*=} ;;
  --pwfile=*) password=$(cat "${argument#*=}") ;;
  --username=*) user=${argument#*=} ;;
  esac
done
exec 9> "$template.lock"
flock 9
if [ ! -d "$template" ]; then
  "$real" "$@" --pgdata="$template.new"
  mv "$template.new" "$template"
fi
flock -u 9
cp -R "$template" "$data"
echo "alter role \"$user\" password '$password'" | "$(dirname "$real")/postgres" --single -F -D "$data" postgres > /dev/null
