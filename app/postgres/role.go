package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// admit makes the service's role what its secret says, with the right to read and write rows, and no other. Instances
// that boot at once take turns.
func (o *owner) admit(ctx context.Context, conn *pgx.Conn) error {
	if o.role == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	login, err := o.role.Value(ctx)
	if err != nil {
		return away(err)
	}
	if login.Username == conn.Config().User {
		return errors.New("the service's user is the owner of the schema: their secrets must name two users")
	}
	verifier, err := scramVerifier(login.Password)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", admitLock); err != nil {
			return err
		}
		role := pgx.Identifier{login.Username}.Sanitize()
		if err := setPassword(ctx, tx, login.Username, role, verifier); err != nil {
			return err
		}
		return grant(ctx, tx, login.Username, role)
	})
	if err != nil {
		return fmt.Errorf("let the role %s in: %w", login.Username, err)
	}
	return nil
}

// setPassword makes the role if there is none. Statements that define roles take no parameters; the verifier has no
// character that would need quoting.
func setPassword(ctx context.Context, tx pgx.Tx, name, role, verifier string) error {
	var exists bool
	if err := tx.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", name).Scan(&exists); err != nil {
		return err
	}
	verb := "create"
	if exists {
		verb = "alter"
	}
	_, err := tx.Exec(ctx, verb+" role "+role+" login password '"+verifier+"'")
	return err
}

// grants are what the role may do with the schema's tables, those that later migrations make too. Which version the
// schema has is the owner's business, and so is what there is: PostgreSQL lets everybody make temporary tables, and in a
// database that was made by version 14 any table ("Privileges" and "Schemas and Privileges" in its manual).
var grants = []string{
	"grant usage on schema public to {role}",
	"grant select, insert, update, delete on all tables in schema public to {role}",
	"grant usage, select on all sequences in schema public to {role}",
	"alter default privileges in schema public grant select, insert, update, delete on tables to {role}",
	"alter default privileges in schema public grant usage, select on sequences to {role}",
	"revoke all on schema_version from {role}",
	"revoke create on schema public from public, {role}",
	"revoke create, temporary on database {database} from public, {role}",
}

// otherRights asks whether there is a table that a role may not use, or the role may make one.
const otherRights = `select has_schema_privilege($1, 'public', 'create') or has_database_privilege($1, current_database(), 'create, temporary')
	or exists (select from pg_class
		where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_version'
		and not (has_table_privilege($1, oid, 'select') and has_table_privilege($1, oid, 'insert')
			and has_table_privilege($1, oid, 'update') and has_table_privilege($1, oid, 'delete')))`

// grant does nothing if the role has its rights already: a grant writes to the catalog even if it changes nothing.
func grant(ctx context.Context, tx pgx.Tx, name, role string) error {
	var differs bool
	if err := tx.QueryRow(ctx, otherRights, name).Scan(&differs); err != nil || !differs {
		return err
	}
	names := strings.NewReplacer("{role}", role, "{database}", pgx.Identifier{tx.Conn().Config().Database}.Sanitize())
	for _, statement := range grants {
		if _, err := tx.Exec(ctx, names.Replace(statement)); err != nil {
			return err
		}
	}
	return nil
}

const scramIterations = 4096 // PostgreSQL's own number

// scramVerifier is what PostgreSQL keeps of a password ("pg_authid" in its manual, RFC 7677). It is sent in place of the
// password, which so is in no statement, and in no log of statements. Passwords are ASCII, which needs no preparation.
func scramVerifier(password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	salted, err := pbkdf2.Key(sha256.New, password, salt, scramIterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("password of the service's role: %w", err)
	}
	stored := sha256.Sum256(sign(salted, "Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", scramIterations, encode(salt), encode(stored[:]), encode(sign(salted, "Server Key"))), nil
}

func sign(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}
