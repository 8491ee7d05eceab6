DROP TABLE task_links;
DROP TABLE lasting_states;
DROP TABLE tasks;
DROP TABLE restores;
DROP TABLE systems;
