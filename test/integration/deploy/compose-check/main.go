// Command compose-check reads a compose file and a Dockerfile with the parsers that Docker itself uses, and prints what
// they say as JSON: `{project, variables, dockerfile}`. Variables of the compose file come from this process's environment.
//
//	compose-check docker-compose.yml Dockerfile
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type instruction struct {
	Name  string   `json:"name"`
	Flags []string `json:"flags"`
	Args  []string `json:"args"`
}

type report struct {
	Project *types.Project `json:"project"`
	// Every variable the compose file asks its environment for.
	Variables  map[string]template.Variable `json:"variables"`
	Dockerfile []instruction                `json:"dockerfile"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("give a compose file and a Dockerfile"))
	}
	project, variables, err := readCompose(os.Args[1])
	if err != nil {
		fail(err)
	}
	instructions, err := readDockerfile(os.Args[2])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report{project, variables, instructions}); err != nil {
		fail(err)
	}
}

func readCompose(file string) (*types.Project, map[string]template.Variable, error) {
	ctx := context.Background()
	options, err := cli.NewProjectOptions([]string{file}, cli.WithOsEnv)
	if err != nil {
		return nil, nil, err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return nil, nil, err
	}
	plain, err := cli.NewProjectOptions([]string{file}, cli.WithInterpolation(false))
	if err != nil {
		return nil, nil, err
	}
	model, err := plain.LoadModel(ctx)
	if err != nil {
		return nil, nil, err
	}
	return project, template.ExtractVariables(model, template.DefaultPattern), nil
}

func readDockerfile(file string) ([]instruction, error) {
	source, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	parsed, err := parser.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	instructions := []instruction{}
	for _, node := range parsed.AST.Children {
		args := []string{}
		for part := node.Next; part != nil; part = part.Next {
			args = append(args, part.Value)
		}
		instructions = append(instructions, instruction{node.Value, node.Flags, args})
	}
	return instructions, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
